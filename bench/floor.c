/* floor N JOBS CMD [ARG...]: the floor. Run CMD N times, at most JOBS at once, with one pipe for the
 * output of each, read to its end. Exit status 0 when all of them ended with 0. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pid_t start(char **command, int *end) {
  int fds[2];
  pid_t pid;
  posix_spawn_file_actions_t actions;
  if (pipe2(fds, O_CLOEXEC)) exit(2);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
  posix_spawn_file_actions_adddup2(&actions, fds[1], 2);
  if (posix_spawnp(&pid, command[0], &actions, 0, command, environ)) exit(2);
  posix_spawn_file_actions_destroy(&actions);
  close(fds[1]);
  *end = fds[0];
  return pid;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  int n = atoi(argv[1]), jobs = atoi(argv[2]), started = 0, done = 0, bad = 0;
  struct pollfd *pipes = calloc(jobs, sizeof *pipes);
  pid_t *pids = calloc(jobs, sizeof *pids);
  static char buffer[65536];
  for (int i = 0; i < jobs; i++) pipes[i] = (struct pollfd){-1, POLLIN, 0};
  while (done < n) {
    for (int i = 0; i < jobs && started < n; i++)
      if (pipes[i].fd < 0) {
        pids[i] = start(argv + 3, &pipes[i].fd);
        started++;
      }
    poll(pipes, jobs, -1);
    for (int i = 0; i < jobs; i++) {
      if (pipes[i].fd < 0 || !pipes[i].revents || read(pipes[i].fd, buffer, sizeof buffer) > 0)
        continue;
      int status;
      close(pipes[i].fd);
      pipes[i].fd = -1;
      waitpid(pids[i], &status, 0);
      done++;
      bad += status != 0;
    }
  }
  return bad != 0;
}
