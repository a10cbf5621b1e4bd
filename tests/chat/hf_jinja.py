"""The oracle: public jinja2 set up as Hugging Face's apply_chat_template sets it up
(transformers/utils/chat_template_utils.py), with a fixed moment for strftime_now."""
import datetime
import json

import jinja2
import jinja2.ext
import jinja2.sandbox

NOW = datetime.datetime(2024, 7, 3, 14, 5, 9)


class GenerationTag(jinja2.ext.Extension):
    """{% generation %} marks the assistant's words for training; its body is printed as it is."""
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_body")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    @staticmethod
    def _body(caller):
        return caller()


class Refused(Exception):
    """What raise_exception() raises."""


def raise_exception(message):
    raise Refused(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators,
                      sort_keys=sort_keys)


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


class Template:
    """Compiled once; render() gives (text, None) or (None, error)."""

    def __init__(self, template):
        self.compiled, self.error = None, None
        try:
            self.compiled = environment().from_string(template)
        except Exception as error:  # pylint: disable=W0718
            self.error = f"{type(error).__name__}: {error}"

    def render(self, names):
        if self.error:
            return None, self.error
        try:
            return self.compiled.render(**names), None
        except Exception as error:  # whatever a template makes Python do  # pylint: disable=W0718
            return None, f"{type(error).__name__}: {error}"
