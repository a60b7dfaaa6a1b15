/* The far ends of the calls benchmark: G.711 streams of 50 packets a second, paced by the clock.
 *
 * rtp peer CALLS SECONDS: two parties per call; prints its ports, reads the ports to send to, sends
 *   and receives, and prints what was sent, what came, what was lost and how long it took.
 * rtp source STREAMS SECONDS: sends only. rtp sink STREAMS SECONDS: receives only, the limit.
 * Each payload carries its sending time in its last 8 bytes, so every packet tells its delay.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME 160
#define PACKET (12 + FRAME)
#define TENTHS 10000 /* delays in tenths of a millisecond, up to a second */

struct stream {
  int file;
  struct sockaddr_in to;
  uint16_t next, first, highest;
  uint32_t sent, came;
};

static uint64_t delays[TENTHS + 1];

static uint64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000u + at.tv_nsec;
}

static int opened(struct stream *each) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  each->file = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (each->file < 0 || bind(each->file, (struct sockaddr *)&at, sizeof at)) exit(2);
  getsockname(each->file, (struct sockaddr *)&at, &size);
  return ntohs(at.sin_port);
}

static void send_one(struct stream *each, uint32_t place) {
  uint8_t packet[PACKET];
  uint64_t at = now();
  uint32_t stamp = htonl(each->sent * FRAME), source = htonl(place + 1);
  uint16_t number = htons(each->next++);
  packet[0] = 0x80;
  packet[1] = 8;
  memcpy(packet + 2, &number, 2);
  memcpy(packet + 4, &stamp, 4);
  memcpy(packet + 8, &source, 4);
  memset(packet + 12, 0x55 + (place & 31), FRAME);
  memcpy(packet + PACKET - 8, &at, 8);
  sendto(each->file, packet, PACKET, 0, (struct sockaddr *)&each->to, sizeof each->to);
  each->sent++;
}

static void receive(struct stream *each) {
  uint8_t packet[2048];
  ssize_t size;
  while ((size = recv(each->file, packet, sizeof packet, 0)) >= 12) {
    uint16_t number = packet[2] << 8 | packet[3];
    uint64_t at;
    if (!each->came) each->first = each->highest = number;
    if ((int16_t)(number - each->highest) > 0) each->highest = number;
    each->came++;
    if (size != PACKET) continue;
    memcpy(&at, packet + PACKET - 8, 8);
    uint64_t tenths = (now() - at) / 100000;
    delays[tenths < TENTHS ? tenths : TENTHS]++;
  }
}

static double share(double wanted, uint64_t total) {
  uint64_t seen = 0;
  for (int place = 0; place <= TENTHS; place++)
    if ((seen += delays[place]) >= wanted * total && total) return (place + 1) / 10.0;
  return 0;
}

static void collect(int waiting, struct stream *all, int until_ms) {
  struct epoll_event found[1024];
  int count = epoll_wait(waiting, found, 1024, until_ms);
  for (int at = 0; at < count; at++) receive(&all[found[at].data.u32]);
}

int main(int arguments, char **words) {
  if (arguments != 4) return 2;
  int peer = !strcmp(words[1], "peer"), sink = !strcmp(words[1], "sink");
  int count = atoi(words[2]) * (peer ? 2 : 1);
  double seconds = atof(words[3]);
  struct stream *all = calloc(count, sizeof *all);
  int waiting = epoll_create1(0);
  for (int place = 0; place < count; place++) {
    struct epoll_event wish = {.events = EPOLLIN, .data.u32 = place};
    printf("%d ", opened(&all[place]));
    all[place].next = 65000 + place;
    epoll_ctl(waiting, EPOLL_CTL_ADD, all[place].file, &wish);
  }
  printf("\n");
  fflush(stdout);
  for (int place = 0; place < count && !sink; place++) {
    int port;
    if (scanf("%d", &port) != 1) return 2;
    all[place].to = (struct sockaddr_in){.sin_family = AF_INET,
                                         .sin_port = htons(port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  }
  uint64_t start = now(), end = start + (uint64_t)(seconds * 1e9), slot = 0;
  uint64_t last = end + 500000000u; /* what is under way still comes */
  while (now() < last) {
    uint64_t at = now();
    /* Each millisecond is the turn of a twentieth of the streams. */
    while (!sink && at < end && start + slot * 1000000u <= at) {
      for (int place = slot % 20; place < count; place += 20) send_one(&all[place], place);
      slot++;
    }
    if (sink) usleep(5000); /* woken as seldom as ours */
    collect(waiting, all, sink ? 0 : 1);
  }
  uint64_t sent = 0, came = 0, lost = 0, deaf = 0;
  for (int place = 0; place < count; place++) {
    sent += all[place].sent;
    came += all[place].came;
    if (!all[place].came) deaf++;
    else lost += (uint16_t)(all[place].highest - all[place].first + 1) - all[place].came % 65536;
  }
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double busy = used.ru_utime.tv_sec + used.ru_stime.tv_sec +
                (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf("{\"sent\": %lu, \"came\": %lu, \"lost\": %lu, \"deaf\": %lu, \"p50_ms\": %.1f, "
         "\"p99_ms\": %.1f, \"p999_ms\": %.1f, \"busy\": %.3f}\n",
         sent, came, lost, deaf, share(.5, came), share(.99, came), share(.999, came), busy);
  return 0;
}
