"""Zero-shot evaluation: fine-tune on English, test in every language, score as the benchmark scores."""
