#include "tools/gosset/chat_templates.hpp"

#include "tools/gosset/common.hpp"

namespace gosset::cli {

namespace {

struct Named {
    const char *name, *text;
};

constexpr Named kTemplates[] = {
    {"chatml",
     "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}"
     "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"},
    {"llama3",
     "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m.role + "
     "'<|end_header_id|>\\n\\n' + m.content | trim + '<|eot_id|>' }}{% endfor %}"
     "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}"
     "{% endif %}"},
    {"gemma",
     "{{ bos_token }}{% for m in messages %}{{ '<start_of_turn>' + ('model' if m.role == "
     "'assistant' else 'user') + '\\n' + m.content | trim + '<end_of_turn>\\n' }}{% endfor %}"
     "{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"},
    {"zephyr",
     "{% for m in messages %}{{ '<|' + m.role + '|>\\n' + m.content + eos_token + '\\n' }}"
     "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"},
};

}  // namespace

const char* const kChatTemplateNames = "chatml, llama3, gemma, zephyr";

std::string chat_template(const std::string& name_or_path) {
    for (const Named& t : kTemplates)
        if (name_or_path == t.name) return t.text;
    const std::string text = read_text(name_or_path);
    if (text.empty()) throw Failure(name_or_path + ": an empty chat template");
    return text;
}

}  // namespace gosset::cli
