/// A moment in local time, for templates that write today's date. Relies on nothing.
#pragma once

namespace gosset::jinja {

struct Moment {
    int year = 1970, month = 1, day = 1;  ///< months and days count from 1
    int hour = 0, minute = 0, second = 0;
};

}  // namespace gosset::jinja
