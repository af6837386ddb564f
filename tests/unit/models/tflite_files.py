"""Tiny `.tflite` files written operation by operation, so that tests need no TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {"float32": 0, "int32": 2, "uint8": 3, "int8": 9}


@dataclass(frozen=True)
class Tensor:
    name: str
    shape: tuple[int, ...]  # -1 where any length will do
    dtype: str = "float32"
    quantization: tuple[float, int] | None = None
    values: np.ndarray | None = None  # of a constant


@dataclass(frozen=True)
class Op:
    kind: str  # a builtin operator's name, or a custom one's
    inputs: Sequence[str]
    outputs: Sequence[str]
    options: Any = None
    version: int = 1
    custom: bytes | None = None  # a custom operation's options, as a flexbuffer


@dataclass(frozen=True)
class Signature:
    inputs: Mapping[str, str]  # signature's name -> tensor's name
    outputs: Mapping[str, str]


def write_tflite(
    path: Path,
    tensors: Sequence[Tensor],
    ops: Sequence[Op],
    *,
    inputs: Sequence[str],
    outputs: Sequence[str],
    signatures: Mapping[str, Signature] | None = None,
) -> Path:
    """Write one subgraph."""
    number = {tensor.name: i for i, tensor in enumerate(tensors)}
    model = schema.ModelT()
    model.version = 3
    model.buffers = [schema.BufferT()] + [_buffer(tensor) for tensor in tensors]
    model.operatorCodes = [_code(op) for op in ops]
    graph = schema.SubGraphT()
    graph.tensors = [_tensor(tensor, i + 1) for i, tensor in enumerate(tensors)]
    graph.operators = [_operator(op, i, number) for i, op in enumerate(ops)]
    graph.inputs, graph.outputs = [number[n] for n in inputs], [number[n] for n in outputs]
    model.subgraphs = [graph]
    model.signatureDefs = [_signature(key, found, number) for key, found in (signatures or {}).items()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(builder.Output())
    return path


def _buffer(tensor: Tensor) -> Any:
    buffer = schema.BufferT()
    if tensor.values is not None:
        buffer.data = np.frombuffer(tensor.values.astype(tensor.dtype).tobytes(), np.uint8)
    return buffer


def _tensor(tensor: Tensor, buffer: int) -> Any:
    made = schema.TensorT()
    made.name, made.type, made.buffer = tensor.name, TYPES[tensor.dtype], buffer
    made.shape = [max(n, 1) for n in tensor.shape]
    made.shapeSignature = list(tensor.shape) if -1 in tensor.shape else None
    if tensor.quantization is not None:
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale, made.quantization.zeroPoint = [tensor.quantization[0]], [tensor.quantization[1]]
    return made


def _code(op: Op) -> Any:
    code = schema.OperatorCodeT()
    builtin = getattr(schema.BuiltinOperator, op.kind, schema.BuiltinOperator.CUSTOM)
    code.builtinCode, code.deprecatedBuiltinCode, code.version = builtin, min(builtin, 127), op.version
    code.customCode = op.kind if builtin == schema.BuiltinOperator.CUSTOM else None
    return code


def _operator(op: Op, index: int, number: Mapping[str, int]) -> Any:
    made = schema.OperatorT()
    made.opcodeIndex = index
    made.inputs, made.outputs = [number[n] for n in op.inputs], [number[n] for n in op.outputs]
    if op.options is not None:
        made.builtinOptions = op.options
        made.builtinOptionsType = getattr(schema.BuiltinOptions, type(op.options).__name__.removesuffix("T"))
    if op.custom is not None:
        made.customOptions = np.frombuffer(op.custom, np.uint8)
    return made


def _signature(key: str, signature: Signature, number: Mapping[str, int]) -> Any:
    made = schema.SignatureDefT()
    made.signatureKey, made.subgraphIndex = key, 0
    made.inputs = [_map(name, number[tensor]) for name, tensor in signature.inputs.items()]
    made.outputs = [_map(name, number[tensor]) for name, tensor in signature.outputs.items()]
    return made


def _map(name: str, number: int) -> Any:
    made = schema.TensorMapT()
    made.name, made.tensorIndex = name, number
    return made
