/* A disk whose sync takes longer: preloaded into a process (LD_PRELOAD), it lets each fsync and fdatasync
 * return SLOW_FSYNC_MS milliseconds later. It changes nothing else and loses nothing. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_longer(void) {
  const char *text = getenv("SLOW_FSYNC_MS");
  long ms = text ? atol(text) : 0;
  struct timespec wait = {ms / 1000, (ms % 1000) * 1000000L};
  if (ms > 0) nanosleep(&wait, NULL);
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_longer();
  return real(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_longer();
  return real(fd);
}
