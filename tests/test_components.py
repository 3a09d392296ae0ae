"""The scripts of Vue and Svelte files, with places in the file."""

import pytest

from asynccost.flow.module import Module
from asynccost.javascript import lower


def texts(module: Module) -> list[str]:
    """Return the source of every statement at the top."""
    return [module.source[s.start : s.end].decode() for s in module.top.body]


def test_a_script_keeps_its_bytes_in_the_file() -> None:
    source = "<template>\n  <p @click='await é()'>ü</p>\n</template>\n<script>\nconst a = 'ö';\nb()\n</script>\n"
    module = lower("src/A.vue", source.encode())
    assert texts(module) == ["a = 'ö'", "b()"]
    assert module.source == source.encode()
    assert module.broken == []


def test_two_blocks_are_one_module() -> None:
    source = b"""<script lang="ts">
import a from './a'
export const b: number = 1
</script>
<script setup lang="ts" generic="T extends Record<string, X>">
const c = a() as T
</script><script>d()</script>"""
    module = lower("src/x/A.vue", source)
    assert texts(module) == ["b: number = 1", "c = a() as T", "d()"]
    assert module.imports == {"a": "src/x/a:default"}
    assert module.exports == {"b": "b"}
    assert module.broken == []


def test_svelte() -> None:
    source = b"""<script context="module">export async function load() { await f() }</script>
<script lang='ts'>
  export let x: number;
  $: doubled = x * 2;
  $: { log(x) }
</script>
<button on:click={() => go(x)}>{x}</button>
<style>a { b: c }</style>"""
    module = lower("A.svelte", source)
    assert texts(module)[1:] == ["x: number", "doubled = x * 2;", "log(x)"]
    assert module.exports == {"load": "load", "x": "x"}


@pytest.mark.parametrize(
    "source",
    [
        "<template><p>{{ await x }}</p></template>",
        "<!-- <script>a()</script> -->",
        "<script src='./x.js' />\n<p></p>",
        "<script type='application/ld+json'>{\"a\": 1}</script>",
        "<script></script>",
        "",
    ],
)
def test_what_is_no_code_is_left_out(source: str) -> None:
    module = lower("A.vue", source.encode())
    assert texts(module) == []
    assert module.broken == []


def test_a_block_that_never_ends_is_read_to_the_end() -> None:
    assert texts(lower("A.vue", b"<SCRIPT>\na()\n")) == ["a()"]


@pytest.mark.parametrize(("lang", "jsx"), [("tsx", True), ("jsx", True), ("ts", False)])
def test_dialects(lang: str, jsx: bool) -> None:
    source = "const a = <b/>" if jsx else "const a = <B>b"
    module = lower("A.vue", f"<script lang='{lang}'>{source}</script>".encode())
    assert module.broken == []
    assert module.top.bindings == {"a"}
