#include "runtime/session/jinja/template.hpp"

#include "runtime/session/jinja/lexer.hpp"
#include "runtime/session/jinja/parser.hpp"

namespace gosset::jinja {

Result<Template> Template::parse(std::string_view source, const Limits& limits) {
    GOSSET_ASSIGN(std::vector<Token> tokens, tokenize(source, limits));
    GOSSET_ASSIGN(Syntax syntax, Parser(std::move(tokens), limits).run());
    return Template(std::move(syntax));
}

Result<Text> Template::render(Heap& heap, std::vector<std::pair<std::string_view, Value>> names,
                              const Moment& now) const {
    return Machine(syntax_, heap, now).run(std::move(names));
}

}  // namespace gosset::jinja
