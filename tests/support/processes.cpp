#include "support/processes.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <exception>
#include <thread>

namespace adrep::test {

int free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(bind(descriptor, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  close(descriptor);
  return ntohs(address.sin_port);
}

void as_processes(int size, const std::function<void(const ProcessGroup& group)>& work, int seconds) {
  const int port = free_port();
  std::vector<std::exception_ptr> problems(static_cast<size_t>(size));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank)
    threads.emplace_back([&, rank] {
      try {
        work(ProcessGroup({.rank = rank,
                           .size = size,
                           .local_rank = rank,
                           .local_size = size,
                           .address = "127.0.0.1",
                           .port = port,
                           .hosts_store = rank == 0,
                           .attempt = ""},
                          std::chrono::seconds(seconds)));
      } catch (...) {
        problems[static_cast<size_t>(rank)] = std::current_exception();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& problem : problems)
    if (problem) std::rethrow_exception(problem);
}

}  // namespace adrep::test
