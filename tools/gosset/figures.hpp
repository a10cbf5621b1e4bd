/// Measured figures as the command prints them: what is not finite was not measured, or has no
/// value. Relies on nlohmann-json.
#pragma once

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace gosset::cli {

using Json = nlohmann::ordered_json;

inline Json number(double x) {
    return std::isfinite(x) ? Json(x) : Json(nullptr);
}

/// printf of one double, which `format` wants.
inline std::string cell(const char* format, double x) {
    char text[32];
    std::snprintf(text, sizeof text, format, x);
    return std::isfinite(x) ? text : "-";
}

}  // namespace gosset::cli
