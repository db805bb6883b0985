"""Scripted language models: careful, gullible, noisy, hostile and broken ones, always the same by
seed. Each answers in process as a `LanguageModel`, and over HTTP as Chat Completions.
"""
