"""What pellucid says to a person, in English or Chinese.

A `Sentence` is a key and its values, made where something is found out; `say` puts it into a
language when it is shown. So a finding is plain data until then, and the two languages cannot say
different things. The texts stand in `texts/`, one module for each room that speaks.
"""

from __future__ import annotations

from pellucid.language.sentence import CHINESE, ENGLISH, LANGUAGES, Sentence, say

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Sentence", "say"]
