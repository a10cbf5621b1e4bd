#include "runtime/session/session.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace gosset {

namespace {

constexpr size_t kAlignment = 64;
// Angles stay exact far beyond (runtime/base/math.hpp); what a model was trained for is advice.
constexpr uint32_t kMaxContext = 1u << 24;

void* default_alloc(size_t size, size_t alignment, void*) {
    void* p = nullptr;
    return posix_memalign(&p, alignment, size) == 0 ? p : nullptr;
}
void default_free(void* memory, size_t, void*) {
    std::free(memory);
}

// What one run on the pool needs, behind one pointer.
struct Job {
    const ModelWeights& model;
    const SessionShape& shape;
    const Workspace& workspace;
    const Batch& batch;
    AbortCheck abort;
};

void run_job(void* context, const Pool::Member& member) {
    Job& job = *static_cast<Job*>(context);
    forward(job.model, job.shape, job.workspace, job.batch, job.abort, member);
}

std::string number(uint64_t n) {
    return std::to_string(n);
}

}  // namespace

Result<uint64_t> Session::memory(const ModelWeights& model, const SessionShape& s) {
    if (s.context == 0 || s.context > kMaxContext)
        return invalid_argument("a context of " + number(s.context) + " positions: 1 to " +
                                number(kMaxContext) + " are possible");
    if (s.sequences == 0 || s.sequences > 65536)
        return invalid_argument(number(s.sequences) + " sequences: 1 to 65536 are possible");
    if (s.batch == 0 || s.batch > 65536)
        return invalid_argument("a batch of " + number(s.batch) + ": 1 to 65536 are possible");
    if (s.threads == 0 || s.threads > 1024)
        return invalid_argument(number(s.threads) + " threads: 1 to 1024 are possible");
    const uint64_t total = lay_out(model, s, nullptr).total;
    if (total >= SIZE_MAX / 2)
        return out_of_memory("a session of " + number(s.sequences) + " x " + number(s.context) +
                             " positions is beyond this machine's address space");
    return total;
}

Session::Session(const ModelWeights& model, const SessionShape& shape,
                 const SessionAllocator& allocator)
    : model_(model), shape_(shape), allocator_(allocator) {
    if (!allocator_.alloc) allocator_ = {default_alloc, default_free, nullptr};
}

Session::~Session() {
    if (memory_) allocator_.free(memory_, size_t(workspace_.total), allocator_.user);
}

Result<std::unique_ptr<Session>> Session::create(const ModelWeights& model,
                                                 const SessionShape& shape,
                                                 const SessionAllocator& allocator) {
    GOSSET_ASSIGN(const uint64_t bytes, memory(model, shape));
    std::unique_ptr<Session> s(new Session(model, shape, allocator));
    s->lengths_.assign(shape.sequences, 0);
    s->want_.assign(shape.batch, 0);
    s->memory_ = s->allocator_.alloc(size_t(bytes), kAlignment, s->allocator_.user);
    if (!s->memory_)
        return out_of_memory("no memory for a session: " + number(bytes >> 20) + " MiB for " +
                             number(shape.sequences) + " x " + number(shape.context) +
                             " positions; ask for a shorter context");
    s->workspace_ = lay_out(model, shape, static_cast<uint8_t*>(s->memory_));
    if (reinterpret_cast<uintptr_t>(s->memory_) % kAlignment != 0)  // freed with s
        return invalid_argument("the allocator's memory is not aligned to " + number(kAlignment));
    GOSSET_ASSIGN(s->pool_, Pool::create(shape.threads));
    return s;
}

Status Session::check_feed(std::span<const uint32_t> tokens, uint32_t position, uint32_t sequence,
                           uint32_t wanted) const {
    if (tokens.empty()) return invalid_argument("no tokens to feed");
    if (sequence >= shape_.sequences)
        return invalid_argument("sequence " + number(sequence) + " of a session with " +
                                number(shape_.sequences));
    if (position > lengths_[sequence])
        return invalid_argument("position " + number(position) +
                                " leaves a gap: the sequence has " + number(lengths_[sequence]));
    if (tokens.size() > shape_.context - position)
        return limit_reached(number(tokens.size()) + " tokens at position " + number(position) +
                             " do not fit the context of " + number(shape_.context) +
                             "; ask for a longer context (-c) or shorten the prompt");
    if (wanted > std::max(shape_.batch, 1u))
        return limit_reached("logits of " + number(wanted) +
                             " tokens at once: this session keeps " + number(shape_.batch));
    for (size_t i = 0; i < tokens.size(); i++)
        if (tokens[i] >= model_.config.vocab)
            return invalid_argument("token " + number(tokens[i]) + " at place " + number(i) +
                                    ": the vocabulary has " + number(model_.config.vocab));
    return {};
}

Status Session::run(const Batch& batch) {
    Job job{model_, shape_, workspace_, batch, {}};
    job.abort.ask = ask_, job.abort.user = ask_user_;
    pool_->run(run_job, &job);
    return job.abort.aborted ? aborted("the abort callback stopped the computation") : Status();
}

Status Session::feed(std::span<const uint32_t> tokens, uint32_t position, uint32_t sequence,
                     Want want, const uint8_t* want_mask) {
    const size_t n = tokens.size();
    const auto wants = [&](size_t i) {
        if (want_mask) return want_mask[i] != 0;
        return want == Want::all || (want == Want::last && i + 1 == n);
    };
    uint32_t wanted = 0;
    for (size_t i = 0; i < n; i++) wanted += wants(i);
    GOSSET_TRY(check_feed(tokens, position, sequence, wanted));

    lengths_[sequence] = position;
    logits_count_ = 0;
    // A long feed is cut into batches; each writes its logits after those of the batches before.
    float* const logits = workspace_.logits;
    uint32_t rows = 0;
    for (size_t done = 0; done < n;) {
        const uint32_t count = uint32_t(std::min<size_t>(shape_.batch, n - done));
        uint32_t batch_rows = 0;
        for (uint32_t i = 0; i < count; i++) batch_rows += want_[i] = wants(done + i);
        workspace_.logits = logits + rows * workspace_.vocab_stride;
        const Status status = run({tokens.data() + done, count, position + uint32_t(done), sequence,
                                   want_.data(), observer_});
        workspace_.logits = logits;
        GOSSET_TRY(status);
        rows += batch_rows;
        done += count;
        lengths_[sequence] = position + uint32_t(done);
    }
    logits_count_ = rows;
    return {};
}

}  // namespace gosset
