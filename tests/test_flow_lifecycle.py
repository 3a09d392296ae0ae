"""What an effect is, in every framework: set-up, cleanup, dependencies."""

import textwrap

import pytest

from asynccost import javascript
from asynccost.flow.effects.effect_code import component_cleanups, own_functions
from asynccost.flow.effects.lifecycle import Effect, effects
from asynccost.flow.file import File
from asynccost.knowledge import Knowledge


def effects_of(source: str, path: str = "a.tsx") -> tuple[File, list[Effect]]:
    """The effects of a source text, with its file."""
    file = File(javascript.lower(path, textwrap.dedent(source).encode()), Knowledge())
    return file, effects(file)


@pytest.mark.parametrize(
    ("source", "framework"),
    [
        ('import { useEffect } from "react"; useEffect(() => {}, []);', "React"),
        ('import * as React from "react"; React.useLayoutEffect(() => {}, []);', "React"),
        ('import { useIsomorphicEffect } from "./hooks"; useIsomorphicEffect(() => {}, []);', "React"),
        ('import { onMounted } from "vue"; onMounted(() => {});', "Vue"),
        ('import { watch } from "vue"; watch(x, () => {});', "Vue"),
        ('import { onMount } from "svelte"; onMount(() => {});', "Svelte"),
        ("$effect(() => {});", "Svelte"),
        ('import { createEffect } from "solid-js"; createEffect(() => {});', "Solid"),
        ("class A extends HTMLElement { connectedCallback() {} }", "custom element"),
        ("class A { ngOnInit() {} }", "Angular"),
        ("class A { start() {} stop() {} }", "class"),
        ("export default { data() {}, mounted() {} }", "Vue"),
    ],
)
def test_every_framework_has_effects(source: str, framework: str) -> None:
    """Each framework's way to set something up is an effect."""
    _, found = effects_of(source)

    assert [e.framework for e in found] == [framework]


@pytest.mark.parametrize(
    "source",
    [
        "watch(x, () => {});",
        'import { onMount } from "nanostores"; onMount(store, () => {});',
        "class A { start() {} }",
        "useEvent(() => {});",
    ],
)
def test_other_calls_and_classes_are_no_effects(source: str) -> None:
    """A word alone makes no effect."""
    assert effects_of(source)[1] == []


def test_dependencies_are_the_list_that_is_given() -> None:
    """No list, an empty list and a list of values are three things."""
    _, found = effects_of(
        """
        import { useEffect } from "react";
        function A({ id }) {
          useEffect(() => {});
          useEffect(() => {}, []);
          useEffect(() => {}, [id]);
        }
        """
    )

    assert [e.deps if e.deps is None else len(e.deps) for e in found] == [None, 0, 1]


@pytest.mark.parametrize(
    "returned",
    [
        "return () => stop();",
        "return stop; function stop() {}",
        "const stop = () => {}; return stop;",
        "return on ? () => stop() : undefined;",
        "return make(); function make() { return () => {}; }",
    ],
)
def test_the_returned_function_is_the_cleanup(returned: str) -> None:
    """Whatever way the cleanup is written, it is found."""
    _, found = effects_of(f'import {{ useEffect }} from "react"; function A() {{ useEffect(() => {{ {returned} }}); }}')

    assert len(found[0].cleanups) == 1
    assert not found[0].opaque


def test_a_cleanup_made_elsewhere_is_opaque() -> None:
    """What another file makes may release anything."""
    _, found = effects_of('import { listen } from "./x"; import { useEffect } from "react"; useEffect(() => listen());')

    assert found[0].opaque


def test_an_async_set_up_wastes_its_cleanup() -> None:
    """A promise is no cleanup."""
    _, found = effects_of('import { onMount } from "svelte"; onMount(async () => { return () => {}; });')

    assert found[0].cleanups == []
    assert found[0].wasted


def test_a_component_ends_by_the_cleanups_of_all_its_effects() -> None:
    """What one effect starts, another may end."""
    file, found = effects_of(
        """
        import { onMounted, onUnmounted } from "vue";
        export function useClock() {
          onMounted(() => {});
          onUnmounted(() => {});
        }
        """
    )

    assert len(component_cleanups(found[0], file)) == 1


def test_code_of_an_effect_is_what_it_calls_but_not_its_cleanup() -> None:
    """Helpers of the component count, cleanups and other effects do not."""
    file, found = effects_of(
        """
        import { useEffect } from "react";
        function A() {
          function begin() {}
          function other() {}
          useEffect(() => { begin(); return () => {}; }, []);
          useEffect(() => { other(); }, []);
        }
        """
    )

    assert [f.name for f in own_functions(found[0], file)] == ["", "begin"]
