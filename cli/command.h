#pragma once
#include <CLI/CLI.hpp>
namespace adrep::cli {

/// Adds one command to the program. Its callback throws InputError or Error; `exit_code` is what the program returns
/// when it does not throw.
void add_run_command(CLI::App& program, int& exit_code);
/// What `adrep run` does with these words, or with them and --print-config; its exit code.
int run_words(const std::vector<std::string>& words, bool print_config);
void add_demo_command(CLI::App& program, int& exit_code);
void add_fit_command(CLI::App& program);
void add_predict_command(CLI::App& program, int& exit_code);
void add_verify_command(CLI::App& program, int& exit_code);
void add_update_command(CLI::App& program);
void add_submit_command(CLI::App& program);
void add_status_command(CLI::App& program);
void add_metrics_command(CLI::App& program);
void add_metrics_explain_command(CLI::App& metrics);
void add_compare_command(CLI::App& program);
void add_results_command(CLI::App& program);
void add_table_command(CLI::App& program);
void add_claims_command(CLI::App& program);
void add_regress_command(CLI::App& program, int& exit_code);
void add_pretrain_command(CLI::App& program, int& exit_code);
void add_datasets_command(CLI::App& program, int& exit_code);
void add_list_command(CLI::App& program);
void add_cache_command(CLI::App& program, int& exit_code);
void add_inspect_command(CLI::App& program);
void add_doctor_command(CLI::App& program, int& exit_code);
void add_completion_command(CLI::App& program);
void add_man_command(CLI::App& program);
void add_bench_command(CLI::App& program, int& exit_code);
void add_bench_thresholds(CLI::App& bench);
void add_bench_predict(CLI::App& bench, int& exit_code);
void add_weights_command(CLI::App& program, int& exit_code);
void add_visualize_command(CLI::App& program);
void add_version_command(CLI::App& program);
/// What `adrep version` prints: versions of adrep and LibTorch.
std::string version_text();

}  // namespace adrep::cli
