"""What a policy says in words: notices, announcements, posters, in every language; pure."""

from callward.texts.catalogue import LANGUAGES
from callward.texts.prompts import prompt_texts

__all__ = ["LANGUAGES", "prompt_texts"]
