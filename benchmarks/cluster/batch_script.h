#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace adrep {

/// What a task asks the scheduler for.
struct TaskResources {
  int64_t seconds = 3600;  ///< a task that needs longer is requeued and goes on
  int64_t gibibytes = 4;
  int64_t processes = 1;  ///< that do one pretraining together; each has the cpus and gpus
  int64_t cpus = 1;
  int64_t gpus = 0;
};

/// What the scripts of one submission have in common.
struct BatchJob {
  std::string name;                    ///< of the job: no spaces
  std::string program;                 ///< path of adrep
  std::vector<std::string> words;      ///< CONFIG and key=value of `adrep run`
  std::filesystem::path directory;     ///< in which the words are meant
  std::filesystem::path folder;        ///< of the submission
  std::vector<std::string> options{};  ///< for sbatch, as they are: "--partition=gpu"
};

/// The batch script of an array of tasks. Before the time limit SLURM sends USR1 to the script, which stops the program
/// (it saves where it is) and has its own task requeued. `tasks`: "0-5%2".
/// `pretrains`: a pretraining a task, else cells.
std::string array_script(const BatchJob& job, const TaskResources& resources, const std::string& tasks, bool pretrains);

/// The batch script that makes the tables of what is there.
std::string tables_script(const BatchJob& job);

/// "1-02:30:00"
std::string slurm_time(int64_t seconds);

/// A word as a shell reads it: in quotes where it needs them.
std::string shell_word(const std::string& word);

}  // namespace adrep
