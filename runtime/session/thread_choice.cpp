#include "runtime/session/thread_choice.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "runtime/session/session.hpp"

namespace gosset {

namespace {

constexpr double kBudget = 0.25;          // seconds; what has begun is finished
constexpr double kEnough = 0.012;         // seconds of one candidate ...
constexpr int kPasses = 4;                // ... and most passes
constexpr uint64_t kBytes = 48ull << 20;  // of weights in a pass: more than caches of a core hold
constexpr double kNear = 1.03, kClearlySlower = 1.25;
constexpr uint32_t kSixteenths[] = {16, 12, 8, 4, 2, 1};  // of the cores, tried in this order

double now() {
    using clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(clock::now().time_since_epoch()).count();
}

// Ends a pass after the first layers.
class FirstLayers : public InputObserver {
  public:
    explicit FirstLayers(const ModelWeights& m) {
        while (layers_ < m.layers.size() && bytes_ < kBytes)
            for_each_group(m.layers[layers_++], [&](const LinearGroup& g) { add(g); });
    }
    uint32_t layers() const override { return layers_; }
    uint64_t bytes() const { return bytes_; }
    void input(uint32_t, InputSite, size_t, const float*) override {}
    void collected(uint32_t, InputSite, size_t, const Pool::Member&) override {}

  private:
    void add(const LinearGroup& g) {
        for (const Linear& l : g.linears)
            bytes_ += uint64_t(l.w.row_blocks) * l.w.blocks * l.codec->panel_bytes;
    }
    uint32_t layers_ = 0;
    uint64_t bytes_ = 0;
};

// Seconds of the best pass with this number of threads; 0 when there is none.
double measure(const ModelWeights& model, FirstLayers& layers, uint32_t threads) {
    SessionShape shape;
    shape.context = shape.batch = shape.sequences = 1;
    shape.threads = threads;
    auto session = Session::create(model, shape, {});
    if (!session.ok()) return 0;
    (*session)->set_observer(&layers);
    const uint32_t token = 0;
    double best = 0, spent = 0;
    for (int pass = 0; pass <= kPasses && spent < kEnough; pass++) {
        const double start = now();
        if (!(*session)->feed({&token, 1}, 0, 0, Want::none, nullptr).ok()) return 0;
        const double seconds = now() - start;
        if (pass == 0) continue;  // wakes the threads, maps the pages
        spent += seconds;
        if (best == 0 || seconds < best) best = seconds;
    }
    return best;
}

std::string rate(uint32_t threads, double gbs) {
    char text[64];
    std::snprintf(text, sizeof text, "%u: %.1f", threads, gbs);
    return text;
}

}  // namespace

ThreadChoice choose_threads(const ModelWeights& model, uint32_t cores) {
    FirstLayers layers(model);
    ThreadChoice choice;
    std::string rates;
    double fastest = 0;
    uint32_t tried = 0;
    const double end = now() + kBudget;
    for (uint32_t sixteenths : kSixteenths) {
        const uint32_t n = std::max(cores * sixteenths / 16, 1u);
        if (n == tried || now() > end) break;
        tried = n;
        const double seconds = measure(model, layers, n);
        if (seconds == 0) continue;
        rates += (rates.empty() ? "" : ", ") + rate(n, double(layers.bytes()) / seconds / 1e9);
        if (fastest == 0 || seconds <= fastest * kNear) choice.threads = n;
        if (fastest == 0 || seconds < fastest) fastest = seconds;
        if (seconds > fastest * kClearlySlower) break;  // still fewer would be slower still
    }
    choice.why = std::to_string(choice.threads) + (choice.threads == 1 ? " thread" : " threads");
    choice.why += rates.empty() ? ": nothing could be measured"
                                : ", by measurement (GB/s of weights by threads: " + rates + ")";
    return choice;
}

}  // namespace gosset
