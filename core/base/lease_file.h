#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace adrep {

/// Which process has taken a lease, where it runs, and what it does there.
struct LeaseOwner {
  std::string host;     ///< machine_name()
  std::string machine;  ///< the machine since it was started, and the namespace of its process numbers
  int64_t process = 0;
  int64_t started = 0;           ///< when the process was started, in the machine's clock ticks: numbers are used again
  std::string program;           ///< "adrep 0.2.0 (1a2b3c4)"
  std::string title;             ///< what was taken: "bottle · padim · raw"
  std::vector<std::string> ids;  ///< the same for programs, as many as fit
  std::string since;             ///< UTC by the owner's clock, "2026-11-30T12:00:00Z"
  double patience = 60;          ///< seconds without a heartbeat after which others take it over
  int64_t beat = 0;              ///< counts the heartbeats
  std::string activity;          ///< what it was at when its heart last beat, "coreset: 12/100 points"

  /// "process 12 on n1"
  std::string name() const;
};

/// This process as the owner of something it takes now.
LeaseOwner this_process(const std::string& title, double patience, std::vector<std::string> ids = {});

/// Whether the owner ran on this machine and is gone. False where nothing can be known.
bool is_gone(const LeaseOwner& owner);

/// Whether the owner is another version of adrep than this process.
bool is_other_program(const LeaseOwner& owner);

/// Of every lease's file.
inline constexpr size_t lease_bytes = 4096;

/// What a lease's file holds: JSON, padded with spaces to one size whatever it says, so that a heartbeat overwrites it
/// in one write and needs no room on the disk. What is too long is cut.
std::string lease_text(const LeaseOwner& owner);
/// None of what is no such text: a file that is being written, or one of a later version.
std::optional<LeaseOwner> lease_owner_from(const std::string& text);

/// Leases of one thing are numbered files: PLACE.0, and PLACE.1 of whoever took it over, and so on. The last one
/// counts.
std::filesystem::path lease_file(const std::filesystem::path& place, int number);
/// The number of the last one; -1 where there is none.
int last_lease(const std::filesystem::path& place);

}  // namespace adrep
