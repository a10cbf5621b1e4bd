// {% for %} and what `loop` knows.
#include <algorithm>

#include "runtime/session/jinja/machine.hpp"

namespace gosset::jinja {

/// The next element that the condition lets through.
Result<bool> Loop::pull(Value* out) {
    while (at_ < items_.size()) {
        const Value& item = items_[at_++];
        if (stmt_.condition) {
            auto scope = std::make_shared<Scope>();
            scope->outer = scope_;
            GOSSET_TRY(machine_.assign(stmt_.targets[0], item, *scope));
            GOSSET_ASSIGN(const Value wanted, machine_.evaluate(*stmt_.condition, scope));
            if (!truth(wanted)) continue;
        }
        *out = item;
        return true;
    }
    return false;
}

void Loop::finish() {
    scope_.reset();
    items_.clear();
    ahead_.clear();
}

Result<bool> Loop::peek() {
    if (!ahead_.empty()) return true;
    Value v;
    GOSSET_ASSIGN(const bool more, pull(&v));
    if (more) ahead_.push_back(std::move(v));
    return more;
}

Result<bool> Loop::advance() {
    GOSSET_ASSIGN(const bool more, peek());
    if (!more) return false;
    before_ = current_;
    current_ = ahead_.front();
    ahead_.pop_front();
    given_++;
    return true;
}

Result<size_t> Loop::length() {
    for (;;) {
        Value v;
        GOSSET_ASSIGN(const bool more, pull(&v));
        if (!more) return given_ + ahead_.size();
        ahead_.push_back(std::move(v));
    }
}

Result<Value> Loop::attribute(std::string_view name) {
    Heap& heap = machine_.heap();
    const auto index = int64_t(given_);  // from 1
    if (name == "index") return Value::integer(index);
    if (name == "index0") return Value::integer(index - 1);
    if (name == "first") return Value::boolean(index == 1);
    if (name == "depth") return Value::integer(1);
    if (name == "depth0") return Value::integer(0);
    if (name == "previtem") return index == 1 ? heap.undefined(name) : before_;
    if (name == "last" || name == "nextitem") {
        GOSSET_ASSIGN(const bool more, peek());
        if (name == "last") return Value::boolean(!more);
        return more ? ahead_.front() : heap.undefined(name);
    }
    if (name == "length" || name == "revindex" || name == "revindex0") {
        GOSSET_ASSIGN(const size_t size, length());
        const auto n = int64_t(size);
        return Value::integer(name == "length"     ? n
                              : name == "revindex" ? n - index + 1
                                                   : n - index);
    }
    return heap.undefined(name);
}

Result<Value> Loop::cycle(const Items& values) const {
    if (values.empty()) return invalid_argument("loop.cycle() needs values");
    return values[(given_ - 1) % values.size()];
}

Result<bool> Loop::changed(Items values) {
    if (ever_changed_ && values.size() == last_changed_.size()) {
        bool same = true;
        for (size_t i = 0; i < values.size() && same; i++) {
            GOSSET_ASSIGN(same, equal(machine_.heap(), values[i], last_changed_[i]));
        }
        if (same) return false;
    }
    ever_changed_ = true;
    last_changed_ = std::move(values);
    return true;
}

}  // namespace gosset::jinja
