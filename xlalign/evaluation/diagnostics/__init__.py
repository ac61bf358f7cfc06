"""What an encoder's space looks like, beside task scores: alignment, similarity, isotropy, language, tokeniser."""
