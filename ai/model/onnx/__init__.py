"""Networks from elsewhere as ONNX graphs, run by torch.

An ONNX file is a graph of operators with names out of a closed list, and tensors; it holds no program. It is read here
with our own reader and run by our own table of operators: what is not in the table is refused, nothing in the file is
executed. TorchScript is not read: it is a program, and torch's own security policy says to treat it as one.
"""

from ai.model.onnx.graph import Graph, read_graph
from ai.model.onnx.running import last_spatial, run

__all__ = ["Graph", "last_spatial", "read_graph", "run"]
