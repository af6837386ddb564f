"""Read YAML that a user typed or keeps in a file: plain values, each name once, and nothing that grows as it is read.

Numbers are read as YAML 1.2 reads them (https://yaml.org/spec/1.2.2/#103-core-schema), so that `12:30` and `010` are
not 750 and 8, and a date stays the text it is.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

TAG = "tag:yaml.org,2002:"
INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
)
TAGGED = re.compile(r"could not determine a constructor for the tag '(.*)'")
REPLACED = {TAG + name for name in ("int", "float", "timestamp")}


class UnreadableYaml(Exception):
    """Text that is no YAML of plain values; says where and why in one line."""


def read_yaml(text: str) -> Any:
    """Return what `text` means.

    Raises:
        UnreadableYaml: torn YAML, a tag, an alias (a few lines of them grow to gigabytes), a name given twice.
    """
    try:
        return yaml.load(text, _Loader)  # nosec B506  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        tag = TAGGED.search(error.problem or "")
        raise UnreadableYaml(f"{line}{f'a tag, {tag[1]}' if tag else error.problem}") from None
    except yaml.reader.ReaderError as error:
        raise UnreadableYaml(f"it holds a control character, at place {error.position + 1}") from None
    except RecursionError:
        raise UnreadableYaml("it is nested too deep") from None
    except ValueError:
        raise UnreadableYaml("a number of thousands of digits") from None


class _Loader(yaml.SafeLoader):
    """SafeLoader, which knows no tags that run code; without aliases and without a second value for a name."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(problem="an alias in the place of a value", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                problem = f"{key.value!r} is given twice"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in REPLACED]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(TAG + "int", INT, list("-+0123456789"))
_Loader.add_implicit_resolver(TAG + "float", FLOAT, list("-+.0123456789"))
