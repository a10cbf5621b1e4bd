/// Chat templates by name or from a file, for models that hold none or a wrong one.
/// Relies on common.hpp.
#pragma once

#include <string>

namespace gosset::cli {

/// The names that chat_template() knows, for help texts.
extern const char* const kChatTemplateNames;

/// The text of a template: a known name, or else a path of a file that holds it. Throws a Failure.
std::string chat_template(const std::string& name_or_path);

}  // namespace gosset::cli
