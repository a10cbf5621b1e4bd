#include "tools/quantize/checkpoint.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "format/hash.hpp"

namespace gosset::quantize {

namespace {

std::string hex(uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
}

/// What the bytes depend on, from what a user knows best to what only we do.
RunIdentity identity_of(const Options& options, const ModelWriter& writer) {
    const Provenance& p = options.provenance;
    const CalibrationOptions& c = options.calibration;
    RunIdentity identity = {{"tool", p.tool_version},
                            {"source", p.source_name + " " + p.source_hash},
                            {"options", p.command_line}};
    if (c.text.empty()) {
        identity.emplace_back("calibration", "none");
    } else {
        Hash text;
        text.add({reinterpret_cast<const uint8_t*>(c.text.data()), c.text.size()});
        identity.emplace_back(
            "calibration",
            "text of " + std::to_string(c.text.size()) + " bytes, xxh3:" + hex(text.value()) +
                ", " + std::to_string(c.tokens) + " tokens, damping " + std::to_string(c.damping) +
                ", refined " + std::to_string(c.refine) + ", " + std::to_string(c.gradient_tokens) +
                " gradient tokens, damping " + std::to_string(c.gradient_damping));
    }
    // Shapes, codecs and their versions, rotations, configuration, tokenizer.
    identity.emplace_back("plan", "xxh3:" + hex(writer.fingerprint()));
    return identity;
}

/// Empty: they are the same.
std::string difference(const RunIdentity& theirs, const RunIdentity& ours) {
    std::string text;
    for (size_t i = 0; i < std::max(theirs.size(), ours.size()); i++) {
        const auto their = i < theirs.size() ? theirs[i] : RunIdentity::value_type();
        const auto our = i < ours.size() ? ours[i] : RunIdentity::value_type();
        // The plan follows from the others: alone it says that the model itself differs.
        if (their == our || (!text.empty() && our.first == "plan")) continue;
        text += (text.empty() ? "" : "; ") + (our.first.empty() ? their.first : our.first) +
                ": it has '" + their.second + "', this run '" + our.second + "'";
    }
    return text;
}

}  // namespace

std::string partial_path(const std::string& out) {
    return out + ".partial";
}

std::string journal_path(const std::string& out) {
    return partial_path(out) + ".journal";
}

Result<std::unique_ptr<Checkpoint>> Checkpoint::open(const std::string& out, const Options& options,
                                                     ModelWriter& writer) {
    auto checkpoint = std::make_unique<Checkpoint>();
    checkpoint->writer_ = &writer;
    checkpoint->partial_ = partial_path(out);
    const std::string journal = journal_path(out);
    const auto note = [&](const std::string& text) {
        if (options.note) options.note(text);
    };
    JournalText ours(identity_of(options, writer), writer.description().tensors.size());
    bool damaged = false;
    const std::optional<JournalText> found = Journal::read(journal, damaged);
    std::error_code error;
    if (!found && !damaged && std::filesystem::exists(checkpoint->partial_, error))
        return invalid_argument(checkpoint->partial_ + ": there is no journal (" + journal +
                                ") of what is in it; delete it, or leave out --resume");
    if (found) {
        const std::string what = difference(found->identity(), ours.identity());
        if (!what.empty())
            return invalid_argument(checkpoint->partial_ + " is of another run: " + what +
                                    ". Repeat that run to finish it, or delete " +
                                    checkpoint->partial_ + " and " + journal +
                                    " (or leave out --resume) to start anew");
    }
    GOSSET_TRY(writer.open_partial(out));
    if (damaged) note(journal + " is damaged: nothing of the interrupted run can be used");
    size_t lost = found ? found->damaged() : 0;
    for (size_t i = 0; found && i < found->finished().size(); i++) {
        const FinishedTensor& t = found->finished()[i];
        const auto hash = writer.hash(t.tensor);
        if (hash.ok() && *hash == t.hash && writer.take_over(t.tensor).ok())
            checkpoint->finished_.push_back(t);
        else
            lost++;
    }
    if (lost)
        note(std::to_string(lost) + " entries of " + journal +
             " are damaged, or what they speak of is: computed again");
    if (!checkpoint->finished_.empty()) {
        GOSSET_TRY(writer.keep());
        note("continuing: " + std::to_string(checkpoint->finished_.size()) + " of " +
             std::to_string(ours.tensors()) + " tensors are in " + checkpoint->partial_);
    }
    GOSSET_TRY(checkpoint->journal_.create(journal, std::move(ours), checkpoint->finished_));
    return checkpoint;
}

Status Checkpoint::add(FinishedTensor tensor) {
    GOSSET_ASSIGN(tensor.hash, writer_->hash(tensor.tensor));
    const std::lock_guard lock(mutex_);
    GOSSET_TRY(writer_->keep());
    return journal_.append(tensor);
}

std::string Checkpoint::kept() const {
    const std::lock_guard lock(mutex_);
    const size_t all = writer_->description().tensors.size();
    if (journal_.size() == 0) return "no tensor was complete";
    return std::to_string(journal_.size()) + " of " + std::to_string(all) +
           " tensors are kept in " + partial_ + "; the same command continues from there";
}

}  // namespace gosset::quantize
