"""Round trips of arrays, and files that are damaged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pellucid.errors import FolderError, ModelFileError
from pellucid.interchange.tensors import read_tensors, write_tensors

ARRAYS = {
    "scalar": np.array(3.5),
    "flag": np.array(True),
    "counter": np.array(7, np.int64),
    "seed": np.array([1, 2], np.uint32),
    "bytes": np.arange(5, dtype=np.uint8),
    "matrix": np.arange(6, dtype=np.float32).reshape(2, 3),
    "transposed": np.arange(6, dtype=np.float64).reshape(2, 3).T,
    "strided": np.arange(10, dtype=np.float32)[::3],
    "broadcast": np.broadcast_to(np.float32(2), (2, 2)),
    "empty": np.zeros((0, 3), np.float32),
    "special": np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45], np.float32),
}


def test_arrays_come_back_with_their_bits(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, ARRAYS, {"kind": "test", "nested": {"x": [1, None]}})
    arrays, description = read_tensors(path)
    assert description == {"kind": "test", "nested": {"x": [1, None]}}
    assert arrays.keys() == ARRAYS.keys()
    for name, wanted in ARRAYS.items():
        assert arrays[name].shape == wanted.shape
        assert arrays[name].dtype == wanted.dtype
        assert arrays[name].tobytes() == np.ascontiguousarray(wanted).tobytes(), name


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    # Enough times that an order of chance would show.
    files = [tmp_path / f"{position}.safetensors" for position in range(20)]
    for file in files:
        write_tensors(file, ARRAYS, {"kind": "test"})
    assert len({file.read_bytes() for file in files}) == 1


def test_numbers_that_were_changed_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, {"x": np.arange(4, dtype=np.float32)}, {"kind": "test"})
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelFileError, match="its numbers do not have their checksum"):
        read_tensors(path)


def test_every_cut_of_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, {"x": np.arange(4, dtype=np.float32)}, {"kind": "test"})
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelFileError, match=str(path)):
            read_tensors(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a model", "no safetensors file"),
        (b"\x80\x04pickle bytes that must never be loaded", "no safetensors file"),
        ((2**60).to_bytes(8, "little") + b"{}", "no safetensors file"),
        ((1000).to_bytes(8, "little") + b"{}", "cut off"),
        ((2).to_bytes(8, "little") + b"{}", "no description"),
        ((2).to_bytes(8, "little") + b"{]", "damaged"),
    ],
)
def test_foreign_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=message):
        read_tensors(path)


@pytest.mark.parametrize("text", ["no json", "[1, 2]"])
def test_a_damaged_description_is_refused(tmp_path: Path, text: str) -> None:
    header = json.dumps({"__metadata__": {"pellucid": text}}).encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ModelFileError, match=r"description|damaged"):
        read_tensors(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"nowhere\.safetensors cannot be read"):
        read_tensors(tmp_path / "nowhere.safetensors")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="cannot be written"):
        write_tensors(tmp_path / "nowhere" / "a.safetensors", {"x": np.zeros(1)}, {})
