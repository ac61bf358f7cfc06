"""Real gold sets where this machine has them, and small random encoders with trained tokenizers."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared/data"


@pytest.fixture(scope="session")
def wordalign() -> Path:
    folder = SHARED / "wordalign"
    if not folder.is_dir():
        pytest.skip("shared data is not on this machine")
    return folder


TEXT = [
    "the quick brown fox jumps over the lazy dog , 12 times .",
    "we do not believe that we should cherry-pick anything here .",
    "wir glauben nicht , daß wir nur Rosinen herauspicken sollten .",
    "das stimmt nicht ! aber das ist nicht , was passiert .",
    "Москва и Санкт-Петербург are far apart ; 東京 も 遠い です 。",
] * 4
TINY = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 48}


def _bert(folder: Path, texts: list[str]) -> None:
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    trained = BertWordPieceTokenizer(lowercase=False)
    trained.train_from_iterator(texts, vocab_size=400, show_progress=False)
    trained.save(str(folder / "trained.json"))
    tokenizer = BertTokenizerFast(tokenizer_file=str(folder / "trained.json"))
    torch.manual_seed(1)
    model = BertModel(BertConfig(vocab_size=len(tokenizer), max_position_embeddings=512, **TINY))
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)


def _xlmr(folder: Path, texts: list[str]) -> None:
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    trained = Tokenizer(models.Unigram())
    trained.normalizer = normalizers.NFKC()
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.UnigramTrainer(vocab_size=400, special_tokens=specials, unk_token="<unk>", show_progress=False)
    trained.train_from_iterator(texts, trainer)
    trained.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=trained, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
        pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
    )  # fmt: skip
    torch.manual_seed(2)
    config = XLMRobertaConfig(vocab_size=len(tokenizer), max_position_embeddings=514, pad_token_id=1, **TINY)
    tokenizer.save_pretrained(folder)
    XLMRobertaModel(config).save_pretrained(folder)


@pytest.fixture(scope="session", params=["bert", "xlmr"])
def encoder(request, tmp_path_factory) -> Path:
    """A random encoder in a local directory: WordPiece and BERT, or Unigram and XLM-R."""
    folder = tmp_path_factory.mktemp(request.param)
    {"bert": _bert, "xlmr": _xlmr}[request.param](folder, TEXT)
    return folder
