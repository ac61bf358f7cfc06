"""One grammar per language: from a meaning to the tokens of a sentence.

A language is one folder whose `clauses` has `realise(clause) -> Sentence`, one lexicon in `xlalign/micro/data`, and
one row here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import cast

from xlalign.errors import unknown_name
from xlalign.micro.meaning import Clause, Sentence

GRAMMARS: dict[str, str] = {
    "en": "xlalign.micro.grammar.english.clauses:realise",
    "de": "xlalign.micro.grammar.german.clauses:realise",
    "es": "xlalign.micro.grammar.spanish.clauses:realise",
    "ru": "xlalign.micro.grammar.russian.clauses:realise",
    "hi": "xlalign.micro.grammar.hindi.clauses:realise",
}


@cache
def grammar(language: str) -> Callable[[Clause], Sentence]:
    """The grammar of a language.

    Raises:
        UserError: the micro-world does not speak the language.
    """
    if language not in GRAMMARS:
        raise unknown_name("micro-world language", language, GRAMMARS)
    module, _, attribute = GRAMMARS[language].partition(":")
    return cast("Callable[[Clause], Sentence]", getattr(import_module(module), attribute))


def realise(clause: Clause, language: str) -> Sentence:
    """Say `clause` in `language`."""
    return grammar(language)(clause)
