// strftime in the C locale, without the C library: its locale is the program's.
#include <cstdio>

#include "runtime/session/jinja/machine.hpp"

namespace gosset::jinja {

namespace {

constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                   "May",       "June",     "July",     "August",
                                   "September", "October",  "November", "December"};
constexpr const char* kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                 "Thursday", "Friday", "Saturday"};

bool leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/// From 0.
int day_of_year(const Moment& m) {
    constexpr int kBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return kBefore[m.month - 1] + m.day - 1 + (m.month > 2 && leap(m.year));
}

/// 0 is Sunday.
int day_of_week(const Moment& m) {
    const int y = m.year - 1;
    return (1 + y + y / 4 - y / 100 + y / 400 + day_of_year(m)) % 7;
}

std::string number(int value, int width, char fill) {
    std::string digits = std::to_string(value);
    while (fill != 0 && int(digits.size()) < width) digits.insert(digits.begin(), fill);
    return digits;
}

Result<std::string> directive(const Moment& m, char c, char fill) {
    const char zero = fill == '-' ? '\0' : '0', space = fill == '-' ? '\0' : ' ';
    const int hour12 = m.hour % 12 == 0 ? 12 : m.hour % 12;
    const std::string month = kMonths[m.month - 1], day = kDays[day_of_week(m)];
    switch (c) {
        case 'Y':
            return std::to_string(m.year);
        case 'y':
            return number(m.year % 100, 2, zero);
        case 'm':
            return number(m.month, 2, zero);
        case 'd':
            return number(m.day, 2, zero);
        case 'e':
            return number(m.day, 2, space);
        case 'j':
            return number(day_of_year(m) + 1, 3, zero);
        case 'H':
            return number(m.hour, 2, zero);
        case 'I':
            return number(hour12, 2, zero);
        case 'M':
            return number(m.minute, 2, zero);
        case 'S':
            return number(m.second, 2, zero);
        case 'p':
            return std::string(m.hour < 12 ? "AM" : "PM");
        case 'B':
            return month;
        case 'b':
        case 'h':
            return month.substr(0, 3);
        case 'A':
            return day;
        case 'a':
            return day.substr(0, 3);
        case 'w':
            return std::to_string(day_of_week(m));
        case 'F':
            return format_moment(m, "%Y-%m-%d");
        case 'T':
            return format_moment(m, "%H:%M:%S");
        case 'R':
            return format_moment(m, "%H:%M");
        case 'D':
        case 'x':
            return format_moment(m, "%m/%d/%y");
        case 'X':
            return format_moment(m, "%H:%M:%S");
        case 'c':
            return format_moment(m, "%a %b %e %H:%M:%S %Y");
        case 'n':
            return std::string("\n");
        case 't':
            return std::string("\t");
        case '%':
            return std::string("%");
        default:
            return unsupported(std::string("strftime_now() with %") + c);
    }
}

}  // namespace

Result<std::string> format_moment(const Moment& m, std::string_view format) {
    const bool sane =
        m.year >= 1 && m.year <= 9999 && m.month >= 1 && m.month <= 12 && m.day >= 1 && m.day <= 31;
    if (!sane) return invalid_argument("a date that no calendar has");
    std::string out;
    for (size_t i = 0; i < format.size(); i++) {
        if (format[i] != '%') {
            out += format[i];
            continue;
        }
        i++;
        char fill = 0;
        if (i < format.size() && format[i] == '-') fill = format[i++];
        if (i >= format.size()) return invalid_argument("strftime_now() with a % at the end");
        GOSSET_ASSIGN(const std::string text, directive(m, format[i], fill));
        out += text;
    }
    return out;
}

}  // namespace gosset::jinja
