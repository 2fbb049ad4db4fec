"""How programs make and call their models: what is found, and which statements are run for it."""

from __future__ import annotations

import ast
from textwrap import dedent

from lstmlint.verify.call_sites import ANONYMOUS, Sites
from lstmlint.verify.contracts import Node, Recipe
from lstmlint.verify.slicing import Syntax


def recipes(text: str, name: str = "Net", keras: bool = False) -> tuple[str, tuple[Recipe, ...]]:
    """The text without its indentation and the recipes for a model."""
    source = dedent(text)
    syntax = Syntax.of(ast.parse(source))
    return source, Sites(syntax, frozenset(syntax.classes), frozenset(), keras).recipes(name)


def written(source: str, node: Node | None) -> str:
    """The source text of a node."""
    assert node is not None
    lines = source.splitlines()[node.line - 1 : node.end_line]
    if len(lines) == 1:
        return lines[0][node.column : node.end_column]
    return "\n".join([lines[0][node.column :], *lines[1:]])


def steps(source: str, recipe: Recipe) -> list[str]:
    """The statements and loop turns that are run for a recipe, in order."""
    return [
        written(source, step.statement)
        if step.statement
        else f"{written(source, step.target)} = first of {written(source, step.source)}"
        for scope in recipe.scopes
        for step in scope.steps
    ]


def test_nothing_is_found_where_the_model_is_never_made() -> None:
    assert recipes("class Net: pass\n\ndef other(net, x):\n    return net(x)\n")[1] == ()


def test_a_function_that_trains_is_never_called() -> None:
    _, found = recipes("class Net: pass\n\ndef make():\n    net = Net()\n    net.fit(1)\n    return net\n")
    assert all(recipe.function != "make" for recipe in found)
    _, found = recipes(
        """
        class Net: pass

        def trained():
            net = Net()
            loss(net).backward()
            return net

        if __name__ == "__main__":
            print(trained()(1))
        """
    )
    assert all(recipe.arguments is None and not recipe.function for recipe in found)


def test_only_what_the_call_needs_is_run() -> None:
    source, (recipe,) = recipes(
        """
        class Net: pass

        if __name__ == "__main__":
            unused = expensive()
            size = 4
            net = Net(size)
            x = data(size)
            x.requires_grad_()
            print("hello")
            net(x)
        """
    )
    assert steps(source, recipe) == ["size = 4", "net = Net(size)", "x = data(size)", "x.requires_grad_()"]
    assert recipe.scopes[0].top


def test_a_loop_is_entered_for_its_first_turn() -> None:
    source, (recipe,) = recipes(
        """
        class Net: pass

        def main():
            net = Net()
            for epoch in range(9):
                for x, y in loader:
                    loss(net(x), y).backward()
        """
    )
    assert steps(source, recipe) == ["net = Net()", "x, y = first of loader"]


def test_parameters_lead_to_the_callers() -> None:
    source, (recipe,) = recipes(
        """
        class Net: pass

        def run(model, batches):
            for x in batches:
                print(model(x.float()))

        if __name__ == "__main__":
            net = Net()
            run(net, [1, 2])
        """
    )
    assert [scope.names for scope in recipe.scopes] == [(), ("model", "batches")]
    assert steps(source, recipe) == ["net = Net()", "x = first of batches"]
    assert recipe.arguments is not None and written(source, recipe.arguments[0].value) == "x.float()"


def test_builder_functions_are_seen_through() -> None:
    source, (recipe,) = recipes(
        "class Net: pass\n\ndef make():\n    net = Net()\n    return net\n\nmake().eval()(*batch())\n"
    )
    assert recipe.arguments is not None and recipe.arguments[0].star == "*"
    assert written(source, recipe.model) == "make().eval()"
    _, built = recipes("class Net: pass\n\ndef make():\n    return Net()\n")
    assert built[-1].function == "make" and all(each.arguments is None for each in built)


def test_keras_models_are_known_by_what_is_fitted() -> None:
    source = dedent(
        """
        model = keras.Sequential([LSTM(4)])
        model.add(Dense(1))
        if __name__ == "__main__":
            model.fit(x, y, epochs=3)
        """
    )
    syntax = Syntax.of(ast.parse(source))
    sites = Sites(syntax, frozenset(), frozenset(), keras=True)
    (name, (recipe,)) = next(iter(sites.keras_models().items()))
    assert name == "model" and recipe.data and recipe.arguments is not None and len(recipe.arguments) == 2
    assert sites.made_by(ast.parse("Model(a, b)", mode="eval").body, syntax.tree) == ANONYMOUS
