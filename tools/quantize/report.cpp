#include "tools/quantize/report.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gosset/gosset.h"
#include "tools/quantize/console.hpp"

namespace gosset::quantize {

namespace {

template <class... Args>
std::string print(const char* format, Args... args) {
    char text[512];
    std::snprintf(text, sizeof text, format, args...);
    return text;
}

}  // namespace

std::string report_json(const Report& report) {
    nlohmann::ordered_json json;
    json["bpw"] = report.bpw;
    json["bytes"] = report.file_bytes;
    json["seconds"] = report.seconds;
    json["tensors"] = nlohmann::ordered_json::array();
    for (const TensorReport& t : report.tensors)
        json["tensors"].push_back(
            {{"name", t.name}, {"codec", t.codec}, {"bpw", t.bpw}, {"rel_mse", t.rel_mse}});
    return json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

std::string report_text(const Report& report, const std::string& out) {
    int width = 6;
    for (const TensorReport& t : report.tensors)
        width = std::max(width, std::min(64, int(t.name.size())));
    std::string text = print("%-*s  %-6s %-3s %7s %9s %10s\n", width, "tensor", "codec", "rot",
                             "bits/w", "rel. MSE", "bytes");
    for (const TensorReport& t : report.tensors)
        text += print("%-*.64s  %-6s %-3s %7.3f %9.2e %10llu\n", width, t.name.c_str(),
                      t.codec.c_str(), t.rotated ? "yes" : "", t.bpw, t.rel_mse,
                      static_cast<unsigned long long>(t.bytes));
    const double speed = report.seconds > 0 ? double(report.weights) / report.seconds : 0;
    text += print("%s: %llu bytes, %sweights at %.4f bits, %.1f s (%sweights/s), verified\n",
                  out.c_str(), static_cast<unsigned long long>(report.file_bytes),
                  short_number(double(report.weights)).c_str(), report.bpw, report.seconds,
                  short_number(speed).c_str());
    return text;
}

std::string tool_version() {
    return print("gosset %d.%d.%d", GOSSET_VERSION_MAJOR, GOSSET_VERSION_MINOR,
                 GOSSET_VERSION_PATCH);
}

}  // namespace gosset::quantize
