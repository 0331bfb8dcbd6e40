"""Tokenizers made by hand, one of each kind that models have."""

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.trainers import BpeTrainer

from retrieval.word_pieces import WordPieces

_TEXT = ["some words of a text about servers and invoices, and then some more of them in longer sentences"] * 3


def byte_level(limit: int = 24) -> WordPieces:
    """A tokenizer of bytes, as RoBERTa and ModernBERT have: an emoji is several pieces, a space belongs to a word."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(_TEXT, BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False))
    return WordPieces(tokenizer, limit)


def of_letters(limit: int = 24) -> WordPieces:
    """A tokenizer of pieces that begin with a mark for the space before, as XLM-R and E5 have."""
    tokenizer = Tokenizer(models.BPE(unk_token="?"))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(_TEXT, BpeTrainer(vocab_size=120, special_tokens=["?"], show_progress=False))
    return WordPieces(tokenizer, limit)
