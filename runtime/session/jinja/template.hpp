/// Jinja templates as Hugging Face's apply_chat_template runs them: jinja2's immutable sandbox with
/// trim_blocks, lstrip_blocks, break and continue, and raise_exception, strftime_now and tojson as
/// transformers defines them. docs/chat-templates.md says what is supported; all else is an error
/// with its line. Relies on value.hpp.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "runtime/session/jinja/machine.hpp"

namespace gosset::jinja {

/// A template that has been read; may be rendered any number of times.
class Template {
  public:
    static Result<Template> parse(std::string_view source, const Limits& limits = {});

    /// `names`: the variables, made on `heap`, whose text has the origin that the output will show.
    Result<Text> render(Heap& heap, std::vector<std::pair<std::string_view, Value>> names,
                        const Moment& now) const;

  private:
    explicit Template(Syntax syntax) : syntax_(std::move(syntax)) {}
    Syntax syntax_;
};

}  // namespace gosset::jinja
