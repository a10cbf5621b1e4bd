#include "tools/gosset/codecs_svg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <vector>

#include "tools/bench/rate_distortion.hpp"

namespace gosset::cli {

namespace {

constexpr double kMinBits = 1.25, kMaxBits = 5, kMaxGap = 5;
constexpr double kWidth = 760, kHeight = 460;
constexpr double kLeft = 64, kTop = 44, kRight = 620, kBottom = 404;  // of the axes' box

/// Eight colours that differ for most colour-blind readers too (Okabe and Ito), on light and dark.
constexpr const char* kColors[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                   "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f7f"};

// The background is drawn, so that the text can be read whatever is behind the picture.
constexpr const char* kStyle =
    "<style>\n"
    ".paper{fill:#fff}.ink{fill:#222}.grid{stroke:#ddd}.axis{stroke:#222;fill:none}\n"
    ".scalar{stroke:#666;fill:none}.dot{fill:#666}\n"
    "text{font:13px sans-serif}\n"
    "@media(prefers-color-scheme:dark){.paper{fill:#16181c}.ink{fill:#ddd}.grid{stroke:#333}"
    ".axis{stroke:#ddd}.scalar{stroke:#aaa}.dot{fill:#aaa}}\n"
    "</style>\n";

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void append(std::string& out, const char* format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    out += text;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return out;
}

/// Bits and decibels to the picture's units.
struct Axes {
    double max_gap;
    double x(double bits) const {
        return kLeft + (bits - kMinBits) / (kMaxBits - kMinBits) * (kRight - kLeft);
    }
    double y(double gap) const { return kBottom - gap / max_gap * (kBottom - kTop); }
};

struct Line {
    std::string name;
    std::vector<CodecFigures> points;  ///< by rising bits
};

bool within(const CodecFigures& c) {
    return c.bpw >= kMinBits && c.bpw <= kMaxBits && std::isfinite(c.gap_db) && c.gap_db >= 0;
}

std::vector<Line> lines_of(std::span<const CodecFigures> codecs) {
    std::vector<Line> lines;
    for (const CodecFigures& c : codecs) {
        if (!within(c)) continue;
        auto line = std::find_if(lines.begin(), lines.end(),
                                 [&](const Line& l) { return l.name == c.codec->family; });
        if (line == lines.end()) line = lines.insert(line, {c.codec->family, {}});
        line->points.push_back(c);
    }
    for (Line& line : lines)
        std::sort(line.points.begin(), line.points.end(),
                  [](const CodecFigures& a, const CodecFigures& b) { return a.bpw < b.bpw; });
    return lines;
}

void draw_axes(std::string& out, const Axes& axes) {
    for (double bits = 1.5; bits <= kMaxBits; bits += 0.5) {
        const double x = axes.x(bits);
        append(out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>\n", x, kTop, kBottom);
        append(out,
               "<text class=\"ink\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.1f</text>\n", x,
               kBottom + 20, bits);
    }
    for (double gap = 0; gap <= axes.max_gap; gap += 1) {
        const double y = axes.y(gap);
        append(out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", kLeft, y, kRight);
        append(out, "<text class=\"ink\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>\n",
               kLeft - 8, y + 4, gap);
    }
    append(out, "<path class=\"axis\" d=\"M%.1f %.1fV%.1fH%.1f\"/>\n", kLeft, kTop, kBottom,
           kRight);
    append(out, "<text class=\"ink\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
           (kLeft + kRight) / 2, kBottom + 44);
    out += "bits per weight, all stored bits counted</text>\n";
    append(out,
           "<text class=\"ink\" transform=\"translate(22 %.1f) rotate(-90)\" "
           "text-anchor=\"middle\">dB above Shannon's bound (lower is better)</text>\n",
           (kTop + kBottom) / 2);
    append(out, "<text class=\"ink\" x=\"%.1f\" y=\"26\">Distortion of N(0,1), rows of %u</text>\n",
           kLeft, unsigned(bench::kRdCols));
}

/// Half the families have squares, for those who see no colours.
void draw_marker(std::string& out, size_t line, double x, double y) {
    if (line % 2 == 0)
        append(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\">", x, y,
               kColors[line % std::size(kColors)]);
    else
        append(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"7\" fill=\"%s\">", x - 3.5,
               y - 3.5, kColors[line % std::size(kColors)]);
}

const char* end_of_marker(size_t line) {
    return line % 2 == 0 ? "</circle>\n" : "</rect>\n";
}

void draw_line(std::string& out, const Axes& axes, const Line& line, size_t index) {
    append(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"",
           kColors[index % std::size(kColors)]);
    for (const CodecFigures& c : line.points)
        append(out, "%s%.1f,%.1f", &c == &line.points.front() ? "" : " ", axes.x(c.bpw),
               axes.y(c.gap_db));
    out += "\"/>\n";
    for (const CodecFigures& c : line.points) {
        draw_marker(out, index, axes.x(c.bpw), axes.y(c.gap_db));
        append(out, "<title>%s: %.3f bits, MSE %.4g, %.2f dB</title>",
               escaped(c.codec->name).c_str(), c.bpw, c.mse, c.gap_db);
        out += end_of_marker(index);
    }
}

void draw_reference(std::string& out, const Axes& axes,
                    std::span<const bench::ReferencePoint> points) {
    std::string dots;
    out += "<path class=\"scalar\" stroke-width=\"2\" stroke-dasharray=\"6 4\" d=\"";
    for (const bench::ReferencePoint& p : points) {
        const double gap = bench::gap_to_shannon_db(p.bpw, p.mse);
        const double x = axes.x(p.bpw), y = axes.y(gap);
        append(out, "%c%.1f %.1f", &p == &points.front() ? 'M' : 'L', x, y);
        append(dots, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>", x, y);
        append(dots, "%s: MSE %.4g, %.2f dB</title></circle>\n", escaped(p.name).c_str(), p.mse,
               gap);
    }
    out += "\"/>\n" + dots;
}

void draw_legend(std::string& out, const std::vector<Line>& lines) {
    const double x = kRight + 24;
    double y = kTop + 16;
    const auto label = [&](std::string_view name) {
        append(out, "<text class=\"ink\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x + 34, y + 4,
               escaped(name).c_str());
        y += 24;
    };
    for (size_t i = 0; i < lines.size(); i++) {
        append(out, "<path stroke=\"%s\" stroke-width=\"2\" d=\"M%.1f %.1fh26\"/>\n",
               kColors[i % std::size(kColors)], x, y);
        draw_marker(out, i, x + 13, y);
        out += end_of_marker(i);
        label(lines[i].name);
    }
    append(out,
           "<path class=\"scalar\" stroke-width=\"2\" stroke-dasharray=\"6 4\" "
           "d=\"M%.1f %.1fh26\"/>\n",
           x, y);
    label("Lloyd-Max");
}

}  // namespace

std::string codecs_svg(std::span<const CodecFigures> codecs,
                       std::span<const bench::ReferencePoint> reference) {
    const std::vector<Line> lines = lines_of(codecs);
    Axes axes = {kMaxGap};
    for (const Line& line : lines)
        for (const CodecFigures& c : line.points)
            axes.max_gap = std::max(axes.max_gap, std::ceil(c.gap_db));

    std::string out;
    append(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" ", kWidth,
           kHeight);
    append(out, "viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n", kWidth, kHeight);
    out += "<title>Gap to Shannon's bound of each codec, by bits per weight</title>\n";
    out += kStyle;
    append(out, "<rect class=\"paper\" width=\"%.0f\" height=\"%.0f\"/>\n", kWidth, kHeight);
    draw_axes(out, axes);
    draw_reference(out, axes, reference);
    for (size_t i = 0; i < lines.size(); i++) draw_line(out, axes, lines[i], i);
    draw_legend(out, lines);
    return out + "</svg>\n";
}

}  // namespace gosset::cli
