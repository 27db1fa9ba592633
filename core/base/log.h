#pragma once
#include <fmt/format.h>

#include <string>

namespace adrep {

enum class Verbosity { quiet, normal, verbose };

/// How much is said on standard error; tables and other results go to standard output.
void set_verbosity(Verbosity verbosity);
Verbosity verbosity();

/// True when the stream is a terminal and NO_COLOR is not set.
bool use_colour(int descriptor);
bool is_terminal(int descriptor);

void log_detail(const std::string& text);   ///< with --verbose
void log_info(const std::string& text);     ///< unless --quiet
void log_warning(const std::string& text);  ///< always
void log_error(const std::string& text);    ///< always

}  // namespace adrep
