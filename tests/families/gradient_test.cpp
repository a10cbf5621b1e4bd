// The backward pass on a tiny model of every family: its forward half gives the session's logits,
// its gradients are those of finite differences, whatever the number of threads.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "runtime/session/session.hpp"
#include "tests/families/checkpoint.hpp"
#include "tools/gradient/backward.hpp"

namespace gosset::test {
namespace {

using gradient::Backward;
using gradient::OutputSite;
using Place = std::pair<uint32_t, int>;  // layer, site

/// Inputs of all linears, as the runtime shows them.
struct Inputs : InputObserver {
    const ModelConfig& config;
    std::map<Place, std::vector<float>> x;  // [token][width]
    explicit Inputs(const ModelConfig& c) : config(c) {}

    size_t width(InputSite site) const {
        if (site == InputSite::o) return size_t(config.heads) * config.v_head_dim;
        return site == InputSite::down ? config.ffn_dim : config.dim;
    }
    void input(uint32_t layer, InputSite site, size_t t, const float* row) override {
        std::vector<float>& all = x[{layer, int(site)}];
        const size_t n = width(site);
        all.resize(std::max(all.size(), (t + 1) * n));
        std::copy_n(row, n, &all[t * n]);
    }
    void collected(uint32_t, InputSite, size_t, const Pool::Member&) override {}
};

struct Outputs : gradient::GradientSink {
    std::map<Place, std::vector<float>> dy;  // [token][rows]
    void output(const gradient::OutputGradient& g, gradient::Team&) override {
        std::vector<float>& all = dy[{g.layer, int(g.site)}];
        for (size_t t = 0; t < g.tokens; t++)
            all.insert(all.end(), g.dy.row(t), g.dy.row(t) + g.rows);
    }
};

/// The loss sum of weight * logit over all tokens, with random weights.
struct Loss {
    std::vector<float> weight, logits;
    Loss(size_t n, Rng& rng) : weight(n), logits(n) {
        for (float& w : weight) w = rng.normal();
    }
    gradient::LossGradient gradient(size_t vocab) {
        return [this, vocab](size_t t, float* row) {
            std::copy_n(row, vocab, &logits[t * vocab]);
            std::copy_n(&weight[t * vocab], vocab, row);
        };
    }
    double value() const {
        double sum = 0;
        for (size_t i = 0; i < weight.size(); i++) sum += double(weight[i]) * double(logits[i]);
        return sum;
    }
};

struct Slot {
    const LinearGroup* group;
    Linear* linear;
    InputSite site;
};

Slot slot_of(LayerWeights& l, OutputSite site) {
    const auto in = [](std::vector<LinearGroup>& groups, uint32_t slot, InputSite from) {
        for (LinearGroup& g : groups)
            for (Linear& linear : g.linears)
                if (linear.slot == slot) return Slot{&g, &linear, from};
        return Slot{};
    };
    if (site <= OutputSite::v) return in(l.qkv, uint32_t(site), InputSite::qkv);
    if (site == OutputSite::o) return {&l.o, &l.o.linears[0], InputSite::o};
    if (site == OutputSite::down) return {&l.down, &l.down.linears[0], InputSite::down};
    return in(l.gate_up, uint32_t(site) - uint32_t(OutputSite::gate), InputSite::gate_up);
}

std::vector<float> decoded(const Slot& s) {
    const size_t width = s.group->width();
    std::vector<float> all(s.linear->rows * width);
    for (uint32_t r = 0; r < s.linear->rows; r++)
        s.linear->kernels.decode_row(s.linear->w, r, &all[r * width]);
    return all;
}

/// Weights moved by `step` times a random direction, while it lives. Codec f32.
struct Moved {
    Linear& linear;
    const uint8_t* before;
    std::vector<float> panels;
    Moved(const Slot& s, float step, Rng rng) : linear(*s.linear), before(linear.w.panels) {
        panels.resize(size_t(linear.w.row_blocks) * linear.w.blocks * linear.codec->panel_bytes /
                      sizeof(float));
        std::memcpy(panels.data(), before, panels.size() * sizeof(float));
        for (float& w : panels) w += step * rng.normal();
        linear.w.panels = reinterpret_cast<const uint8_t*>(panels.data());
    }
    ~Moved() { linear.w.panels = before; }
};

/// dL/dW = dy^T x along the direction `moved` - `still`, and the norms of both.
double along(const Slot& s, const std::vector<float>& dy, const std::vector<float>& x,
             const std::vector<float>& moved, const std::vector<float>& still, double* typical) {
    const size_t rows = s.linear->rows, cols = s.group->cols, width = s.group->width();
    const size_t tokens = dy.size() / rows;
    double sum = 0, gradient = 0, direction = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++) {
            double g = 0;
            for (size_t t = 0; t < tokens; t++)
                g += double(dy[t * rows + r]) * double(x[t * cols + c]);
            const double d = double(moved[r * width + c]) - double(still[r * width + c]);
            sum += g * d, gradient += g * g, direction += d * d;
        }
    *typical = std::sqrt(gradient * direction / double(rows * cols));
    return sum;
}

void check_family(const Golden& g, Rng& rng) {
    TempDir dir;
    write_folder(g, "config", dir.path("hf"));
    Model m = open_model(dir.path("hf"), dir.path("m.gosset"), "f32");
    ModelWeights& w = *m.weights;
    std::vector<uint32_t> tokens = g.tokens();
    const size_t vocab = w.config.vocab;

    SessionShape shape;
    shape.context = shape.batch = uint32_t(tokens.size()), shape.kv_type = KvType::f32;
    auto session = Session::create(w, shape, {});
    REQUIRE_OK(session);
    Inputs inputs(w.config);
    (*session)->set_observer(&inputs);
    REQUIRE_OK((*session)->feed(tokens, 0, 0, Want::all, nullptr));

    auto pool = Pool::create(2);
    REQUIRE_OK(pool);
    gradient::Team team(**pool);
    Backward backward(w, tokens.size(), team);
    Loss loss(tokens.size() * vocab, rng);
    Outputs outputs;
    REQUIRE(backward.run(tokens, loss.gradient(vocab), outputs));
    double worst = 0, largest = 0;
    for (size_t t = 0; t < tokens.size(); t++)
        for (size_t i = 0; i < vocab; i++) {
            const double have = double(loss.logits[t * vocab + i]);
            worst = std::max(worst, std::fabs(have - double((*session)->logits(uint32_t(t))[i])));
            largest = std::max(largest, std::fabs(have));
        }
    CHECK(worst < 2e-5 * largest + 1e-6);

    struct Nobody : gradient::GradientSink {
        void output(const gradient::OutputGradient&, gradient::Team&) override {}
    } nobody;
    for (uint32_t layer = 0; layer < w.config.layers; layer++)
        for (int site = 0; site < int(gradient::kOutputSites); site++) {
            CAPTURE(layer);
            CAPTURE(site);
            const Slot s = slot_of(w.layers[layer], OutputSite(site));
            REQUIRE(s.linear);
            const std::vector<float> still = decoded(s);
            const Rng direction = rng;
            rng.next();
            constexpr float kStep = 7e-5f;
            double high, low, typical, expected;
            {
                const Moved moved(s, kStep, direction);
                expected = along(s, outputs.dy[{layer, site}], inputs.x[{layer, int(s.site)}],
                                 decoded(s), still, &typical);
                REQUIRE(backward.run(tokens, loss.gradient(vocab), nobody));
                high = loss.value();
            }
            {
                const Moved moved(s, -kStep, direction);
                REQUIRE(backward.run(tokens, loss.gradient(vocab), nobody));
                low = loss.value();
            }
            CAPTURE(expected);
            CAPTURE(typical);
            CHECK(std::fabs((high - low) / 2 - expected) < 0.05 * typical + 1e-5);
            CHECK(typical > 0);
        }
}

/// dL/dy of all linears, layer by layer, of a window in buffers for `capacity` tokens.
std::map<Place, std::vector<float>> gradients(const ModelWeights& w,
                                              const std::vector<uint32_t>& tokens, size_t capacity,
                                              uint32_t threads) {
    auto pool = Pool::create(threads);
    REQUIRE_OK(pool);
    gradient::Team team(**pool);
    Backward backward(w, capacity, team);
    Outputs outputs;
    Rng rng(5);
    for (size_t n : {capacity, tokens.size()}) {  // the second time in used buffers
        std::vector<uint32_t> window = tokens;
        window.resize(n, 1);
        Loss loss(n * w.config.vocab, rng);
        std::fill(loss.weight.begin(), loss.weight.end(), 0.5f);
        outputs.dy.clear();
        REQUIRE(backward.run(window, loss.gradient(w.config.vocab), outputs));
    }
    return outputs.dy;
}

TEST_CASE("gradients do not depend on threads, nor on windows before") {
    for (const Golden& g : all_goldens()) {
        CAPTURE(g.name);
        TempDir dir;
        write_folder(g, "config", dir.path("hf"));
        const Model m = open_model(dir.path("hf"), dir.path("m.gosset"), "e8c4");
        // longrope's frequencies are those of the window's length, the same for both
        const auto one = gradients(*m.weights, g.tokens(), g.tokens().size(), 1);
        const auto three = gradients(*m.weights, g.tokens(), g.tokens().size() + 70, 3);
        REQUIRE(one.size() == m.weights->config.layers * gradient::kOutputSites);
        for (const auto& [place, dy] : one) {
            const std::vector<float>& other = three.at(place);
            REQUIRE(dy.size() == other.size());
            CHECK(std::memcmp(dy.data(), other.data(), dy.size() * sizeof(float)) == 0);
        }
    }
}

TEST_CASE("gradients of every family are those of finite differences") {
    Rng rng(seed() + 71);
    size_t checked = 0;
    for (const Golden& g : all_goldens()) {
        CAPTURE(g.name);
        check_family(g, rng);
        checked++;
    }
    CHECK(checked >= 16);
}

}  // namespace
}  // namespace gosset::test
