/*
 * The load of the store bench: one thread that drives any number of connections to a store daemon
 * and measures each operation. The same program is used against every daemon.
 *
 *   client SOCKET key=value ...
 *
 *   op           read | write | ls | transaction | create | connect | event | domain | populate | remove
 *   connections  how many; each has one operation under way (event: pairs of writer and watcher)
 *   depth        requests under way per connection, for read and write only
 *   shape        leaves below /bench/<connection>, as fan-outs: 16, or 10x100x100
 *   watches      watches that match nothing, set before the load by one more connection
 *   warm         seconds of the same load before the measurement
 *   seconds      of the measurement
 *   count        operations, instead of seconds
 *   cpu          this program runs on this CPU only
 *   daemon_cpu   so does the daemon's main thread, from now on
 *   limit        seconds after which this program dies; default 60
 *   root         what domains are created below, and what `remove` removes; default the root
 *
 * Prints one line of JSON; latencies are in microseconds, `pid` is the daemon's.
 */
#define _GNU_SOURCE /* struct ucred, sched_setaffinity */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* xs_wire.h */
enum { DIRECTORY = 1, READ = 2, WATCH = 4, TRANSACTION_START = 6, TRANSACTION_END = 7,
       WRITE = 11, RM = 13, WATCH_EVENT = 15, ERROR = 16 };
struct header { uint32_t type, request, transaction, length; };
#define MAX_PAYLOAD 4096

#define MAX_DEPTH 64
#define MAX_LEVELS 4
#define INPUT_BYTES (1 << 18)
#define WINDOW 100

enum op { OP_READ, OP_WRITE, OP_LS, OP_TRANSACTION, OP_CREATE, OP_CONNECT, OP_EVENT, OP_DOMAIN,
          OP_POPULATE, OP_REMOVE, OPS };
static const char *op_names[OPS] = { "read", "write", "ls", "transaction", "create", "connect",
                                     "event", "domain", "populate", "remove" };

/* What a toolstack writes for a domain: its own nodes, libxl's, the VM's, and one vbd, vif and console. */
static const char *domain_nodes[][2] = {
	{ "/local/domain/%1$u", "" },
	{ "/local/domain/%1$u/name", "domain-%1$u" },
	{ "/local/domain/%1$u/domid", "%1$u" },
	{ "/local/domain/%1$u/vm", "/vm/%1$08x-8f1d-4c61-9d5e-5b1c1f6a%1$04x" },
	{ "/local/domain/%1$u/memory/static-max", "1048576" },
	{ "/local/domain/%1$u/memory/target", "1048577" },
	{ "/local/domain/%1$u/cpu/0/availability", "online" },
	{ "/local/domain/%1$u/store/port", "1" },
	{ "/local/domain/%1$u/store/ring-ref", "1044476" },
	{ "/local/domain/%1$u/console/backend", "/local/domain/0/backend/console/%1$u/0" },
	{ "/local/domain/%1$u/console/type", "xenconsoled" },
	{ "/local/domain/%1$u/console/ring-ref", "1044477" },
	{ "/local/domain/%1$u/control/platform-feature-multiprocessor-suspend", "1" },
	{ "/vm/%1$08x-8f1d-4c61-9d5e-5b1c1f6a%1$04x/uuid", "%1$08x-8f1d-4c61-9d5e-5b1c1f6a%1$04x" },
	{ "/vm/%1$08x-8f1d-4c61-9d5e-5b1c1f6a%1$04x/name", "domain-%1$u" },
	{ "/vm/%1$08x-8f1d-4c61-9d5e-5b1c1f6a%1$04x/start_time", "1700000000.01" },
	{ "/libxl/%1$u/type", "pvh" },
	{ "/libxl/%1$u/dm-version", "qemu_xen" },
	{ "/libxl/%1$u/device/vbd/51712/frontend", "/local/domain/%1$u/device/vbd/51712" },
	{ "/libxl/%1$u/device/vif/0/frontend", "/local/domain/%1$u/device/vif/0" },
	{ "/local/domain/%1$u/device/vbd/51712/backend", "/local/domain/0/backend/vbd/%1$u/51712" },
	{ "/local/domain/%1$u/device/vbd/51712/backend-id", "0" },
	{ "/local/domain/%1$u/device/vbd/51712/state", "1" },
	{ "/local/domain/%1$u/device/vbd/51712/virtual-device", "51712" },
	{ "/local/domain/0/backend/vbd/%1$u/51712/frontend", "/local/domain/%1$u/device/vbd/51712" },
	{ "/local/domain/0/backend/vbd/%1$u/51712/params", "/dev/vg/domain-%1$u" },
	{ "/local/domain/0/backend/vbd/%1$u/51712/state", "1" },
	{ "/local/domain/0/backend/vbd/%1$u/51712/mode", "w" },
	{ "/local/domain/%1$u/device/vif/0/backend", "/local/domain/0/backend/vif/%1$u/0" },
	{ "/local/domain/%1$u/device/vif/0/backend-id", "0" },
	{ "/local/domain/%1$u/device/vif/0/state", "1" },
	{ "/local/domain/%1$u/device/vif/0/mac", "00:16:3e:00:00:01" },
	{ "/local/domain/0/backend/vif/%1$u/0/frontend", "/local/domain/%1$u/device/vif/0" },
	{ "/local/domain/0/backend/vif/%1$u/0/bridge", "xenbr0" },
	{ "/local/domain/0/backend/vif/%1$u/0/state", "1" },
};
#define DOMAIN_NODES (sizeof domain_nodes / sizeof *domain_nodes)

struct connection {
	int fd;
	unsigned index;
	/* The operation under way: its step, and its number counted from 1, a domain's domid. */
	unsigned step, number;
	uint32_t transaction;
	/* OP_EVENT: what is still to come of reply and event. */
	unsigned awaited;
	uint64_t started[MAX_DEPTH];
	unsigned oldest, under_way;
	/* The writer whose events come here. */
	struct connection *writer;
	char *input;
	size_t used;
	char output[MAX_DEPTH * 512];
	size_t filled;
};

static const char *socket_path, *root = "";
static enum op op = OPS;
static unsigned connections = 1, depth = 1, watches;
static unsigned shape[MAX_LEVELS] = { 16 }, levels = 1, leaves = 16;
static double warm_seconds = 0, seconds = 1;
static unsigned long count;
static unsigned limit = 60;
static int cpu = -1, daemon_cpu = -1;

static uint32_t *latencies;
static size_t recorded, room;
static unsigned long begun, finished, retries;
static uint64_t measured_from, deadline = UINT64_MAX, last_finish;
static int epoll = -1;
static pid_t daemon_pid;
static uint32_t random_state = 12345;

static void die(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t any(uint32_t below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)random_state * below) >> 32);
}

/* The path of a leaf of the shape. Returns its length. */
static size_t leaf(char *path, unsigned connection, unsigned number)
{
	size_t length = (size_t)sprintf(path, "/bench/%u", connection);
	unsigned below = leaves;
	for (unsigned level = 0; level < levels; level++) {
		below /= shape[level];
		length += (size_t)sprintf(path + length, "/%u", number / below % shape[level]);
	}
	return length;
}

static void put(struct connection *c, uint32_t type, uint32_t transaction, const char *payload,
                size_t length)
{
	struct header header = { type, 0, transaction, (uint32_t)length };
	if (c->filled + sizeof header + length > sizeof c->output) die("output is full");
	memcpy(c->output + c->filled, &header, sizeof header);
	memcpy(c->output + c->filled + sizeof header, payload, length);
	c->filled += sizeof header + length;
}

static void put_write(struct connection *c, uint32_t transaction, unsigned number)
{
	char payload[256];
	size_t length = leaf(payload, c->index, number) + 1;
	memcpy(payload + length, "0123456789abcdef", 16);
	put(c, WRITE, transaction, payload, length + 16);
}

static void put_path(struct connection *c, uint32_t type, const char *path)
{
	put(c, type, 0, path, strlen(path) + 1);
}

static void put_domain_node(struct connection *c, unsigned node)
{
	char payload[512];
	int length = sprintf(payload, "%s", root);
	length += sprintf(payload + length, domain_nodes[node][0], c->number) + 1;
	length += sprintf(payload + length, domain_nodes[node][1], c->number);
	put(c, WRITE, c->transaction, payload, (size_t)length);
}

/* Steps of a transaction of n writes: start, 1..n, commit. */
static int put_transaction_step(struct connection *c, unsigned writes)
{
	if (c->step == 0) put(c, TRANSACTION_START, 0, "", 1);
	else if (c->step <= writes && op == OP_DOMAIN) put_domain_node(c, c->step - 1);
	else if (c->step <= writes) put_write(c, c->transaction, any(leaves));
	else if (c->step == writes + 1) put(c, TRANSACTION_END, c->transaction, "T", 2);
	else return 0;
	return 1;
}

/* Puts the request of the current step; false when the operation has no such step. */
static int put_step(struct connection *c)
{
	char path[256];
	switch (op) {
	case OP_TRANSACTION: return put_transaction_step(c, 3);
	case OP_DOMAIN: return put_transaction_step(c, DOMAIN_NODES);
	case OP_CREATE:
		if (c->step > 1) return 0;
		sprintf(path, "/bench/%u/new-%u", c->index, c->number);
		if (c->step == 0) put(c, WRITE, 0, path, strlen(path) + 1);
		else put_path(c, RM, path);
		return 1;
	default: break;
	}
	if (c->step > 0) return 0;
	switch (op) {
	case OP_READ:
	case OP_CONNECT:
		leaf(path, c->index, any(leaves));
		put_path(c, READ, path);
		return 1;
	case OP_WRITE: put_write(c, 0, any(leaves)); return 1;
	case OP_EVENT: put_write(c, 0, 0); return 1;
	case OP_POPULATE: put_write(c, 0, (c->number - 1) % leaves); return 1;
	case OP_LS:
		sprintf(path, "/bench/%u", c->index);
		put_path(c, DIRECTORY, path);
		return 1;
	case OP_REMOVE: put_path(c, RM, root); return 1;
	default: die("no such operation"); return 0;
	}
}

static void flush(struct connection *c)
{
	size_t sent = 0;
	while (sent < c->filled) {
		ssize_t n = send(c->fd, c->output + sent, c->filled - sent, MSG_NOSIGNAL);
		if (n < 0) die("send: %s", strerror(errno));
		sent += (size_t)n;
	}
	c->filled = 0;
}

static void pin(pid_t pid, int to)
{
	cpu_set_t only;
	if (to < 0) return;
	CPU_ZERO(&only);
	CPU_SET(to, &only);
	if (sched_setaffinity(pid, sizeof only, &only) < 0) die("cpu %d: %s", to, strerror(errno));
}

static void open_connection(struct connection *c)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	strncpy(address.sun_path, socket_path, sizeof address.sun_path - 1);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* Blocks while the backlog is full: that of the real daemons is 1. */
	if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0)
		die("connect %s: %s", socket_path, strerror(errno));
	if (!daemon_pid) {
		struct ucred peer;
		socklen_t length = sizeof peer;
		if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
			die("SO_PEERCRED: %s", strerror(errno));
		daemon_pid = peer.pid;
		pin(daemon_pid, daemon_cpu);
	}
	if (epoll >= 0) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) < 0) die("epoll_ctl: %s", strerror(errno));
	}
}

static void begin(struct connection *c, uint64_t at)
{
	if (count && begun == count) return;
	begun++;
	c->number = (unsigned)begun;
	c->step = 0;
	c->awaited = 2;
	if (op == OP_POPULATE) c->index = (unsigned)(begun - 1) / leaves;
	c->started[(c->oldest + c->under_way++) % MAX_DEPTH] = at;
	if (op == OP_CONNECT) open_connection(c);
	put_step(c);
}

static void record(uint64_t nanoseconds)
{
	if (recorded == room) {
		room = room ? room * 2 : 1 << 16;
		latencies = realloc(latencies, room * sizeof *latencies);
		if (!latencies) die("out of memory");
	}
	latencies[recorded++] = nanoseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)nanoseconds;
}

static void finish(struct connection *c)
{
	uint64_t at = now();
	if (at <= deadline) {
		finished++;
		last_finish = at;
		if (at >= measured_from) record(at - c->started[c->oldest]);
	}
	c->oldest = (c->oldest + 1) % MAX_DEPTH;
	c->under_way--;
	if (op == OP_CONNECT) close(c->fd);
	if (at < deadline) begin(c, at);
}

static void replied(struct connection *c, const struct header *header, const char *payload)
{
	if (header->type == ERROR) {
		if (strcmp(payload, "EAGAIN") != 0)
			die("%s: step %u was answered %.20s", op_names[op], c->step, payload);
		retries++;
		c->step = 0;
		put_step(c);
		return;
	}
	if (header->type == TRANSACTION_START) c->transaction = (uint32_t)strtoul(payload, NULL, 10);
	c->step++;
	if (put_step(c)) return;
	if (op != OP_EVENT || --c->awaited == 0) finish(c);
}

static void receive(struct connection *c)
{
	size_t at = 0;
	struct header header;
	ssize_t n = recv(c->fd, c->input + c->used, INPUT_BYTES - c->used, 0);
	if (n <= 0) die("the daemon closed a connection: %s", n < 0 ? strerror(errno) : "end of file");
	c->used += (size_t)n;
	while (c->used - at >= sizeof header) {
		char payload[MAX_PAYLOAD + 1];
		memcpy(&header, c->input + at, sizeof header);
		if (header.length > MAX_PAYLOAD) die("a frame of %u bytes", header.length);
		if (c->used - at < sizeof header + header.length) break;
		memcpy(payload, c->input + at + sizeof header, header.length);
		payload[header.length] = '\0';
		at += sizeof header + header.length;
		if (header.type != WATCH_EVENT) replied(c, &header, payload);
		else if (c->writer && c->writer->under_way && --c->writer->awaited == 0) {
			finish(c->writer);
			flush(c->writer);
		}
	}
	c->used -= at;
	memmove(c->input, c->input + at, c->used);
	flush(c);
}

static struct connection *new_connections(unsigned number)
{
	struct connection *all = calloc(number, sizeof *all);
	if (!all) die("out of memory");
	for (unsigned i = 0; i < number; i++) {
		all[i].index = i;
		all[i].input = malloc(INPUT_BYTES);
		if (!all[i].input) die("out of memory");
	}
	return all;
}

/* One request and its reply, and the event if one comes with it. */
static void ask(struct connection *c, unsigned frames)
{
	struct header header;
	char payload[MAX_PAYLOAD + 1];
	flush(c);
	while (frames--) {
		if (recv(c->fd, &header, sizeof header, MSG_WAITALL) != sizeof header) die("no reply");
		if (header.length > MAX_PAYLOAD
		    || (header.length
		        && recv(c->fd, payload, header.length, MSG_WAITALL) != (ssize_t)header.length))
			die("a broken reply");
		payload[header.length] = '\0';
		if (header.type == ERROR) die("set-up was answered %s", payload);
	}
}

static void put_watch(struct connection *c, const char *path)
{
	char payload[300];
	size_t length = (size_t)sprintf(payload, "%s", path) + 1;
	length += (size_t)sprintf(payload + length, "t") + 1;
	put(c, WATCH, 0, payload, length);
}

static void run(void)
{
	struct connection *all = new_connections(connections);
	struct connection *watchers = NULL, *other = NULL;
	char path[256];

	if (watches) {
		other = new_connections(1);
		open_connection(other);
		for (unsigned i = 0; i < watches; i++) {
			sprintf(path, "/bench/other/%u/state", i);
			put_watch(other, path);
			ask(other, 2);
		}
	}
	if (connections > 1 || op == OP_EVENT) epoll = epoll_create1(EPOLL_CLOEXEC);
	if (op == OP_EVENT) {
		watchers = new_connections(connections);
		for (unsigned i = 0; i < connections; i++) {
			open_connection(&watchers[i]);
			leaf(path, i, 0);
			put_watch(&watchers[i], path);
			ask(&watchers[i], 2);
			watchers[i].writer = &all[i];
		}
	}
	if (op != OP_CONNECT)
		for (unsigned i = 0; i < connections; i++) open_connection(&all[i]);

	uint64_t start = now();
	measured_from = start + (uint64_t)(warm_seconds * 1e9);
	if (!count) deadline = measured_from + (uint64_t)(seconds * 1e9);
	for (unsigned i = 0; i < connections; i++) {
		for (unsigned d = 0; d < depth; d++) begin(&all[i], now());
		flush(&all[i]);
	}
	while (count ? finished < count : now() < deadline) {
		struct epoll_event ready[64];
		if (epoll < 0) {
			receive(&all[0]);
			continue;
		}
		int n = epoll_wait(epoll, ready, 64, 100);
		for (int i = 0; i < n; i++) receive(ready[i].data.ptr);
	}
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* In microseconds; sorts what it is given. */
static double quantile(uint32_t *sample, size_t n, double q)
{
	if (!n) return 0;
	qsort(sample, n, sizeof *sample, by_size);
	size_t at = (size_t)(q * (double)n);
	return sample[at < n ? at : n - 1] / 1e3;
}

static double window_median(size_t from)
{
	uint32_t window[WINDOW];
	if (from + WINDOW > recorded) return 0;
	memcpy(window, latencies + from, sizeof window);
	return quantile(window, WINDOW, 0.5);
}

static void report(void)
{
	double span = count ? (double)(last_finish - measured_from) / 1e9 : seconds;
	/* Around the 100th, and the last hundred. */
	double early = window_median(WINDOW / 2);
	double late = recorded >= WINDOW ? window_median(recorded - WINDOW) : 0;
	double p50 = quantile(latencies, recorded, 0.5), p99 = quantile(latencies, recorded, 0.99);
	printf("{\"count\":%zu,\"seconds\":%.6f,\"perSecond\":%.1f,\"p50\":%.2f,\"p99\":%.2f,"
	       "\"early\":%.2f,\"late\":%.2f,\"retries\":%lu,\"pid\":%d}\n",
	       recorded, span, (double)recorded / span, p50, p99, early, late, retries, (int)daemon_pid);
}

static void parse_shape(const char *text)
{
	leaves = 1;
	for (levels = 0; levels < MAX_LEVELS && *text; levels++) {
		char *end;
		shape[levels] = (unsigned)strtoul(text, &end, 10);
		if (!shape[levels]) die("shape: %s", text);
		leaves *= shape[levels];
		text = *end == 'x' ? end + 1 : end;
	}
}

static void option(const char *text)
{
	const char *value = strchr(text, '=');
	if (!value) die("not key=value: %s", text);
	size_t length = (size_t)(value++ - text);
#define IS(key) (length == strlen(key) && !strncmp(text, key, length))
	if (IS("op")) {
		for (op = 0; op < OPS && strcmp(op_names[op], value); op++) continue;
		if (op == OPS) die("no operation %s", value);
	} else if (IS("connections")) connections = (unsigned)atoi(value);
	else if (IS("depth")) depth = (unsigned)atoi(value);
	else if (IS("shape")) parse_shape(value);
	else if (IS("watches")) watches = (unsigned)atoi(value);
	else if (IS("warm")) warm_seconds = atof(value);
	else if (IS("seconds")) seconds = atof(value);
	else if (IS("count")) count = strtoul(value, NULL, 10);
	else if (IS("cpu")) cpu = atoi(value);
	else if (IS("daemon_cpu")) daemon_cpu = atoi(value);
	else if (IS("limit")) limit = (unsigned)atoi(value);
	else if (IS("root")) root = value;
	else die("no option %s", text);
}

int main(int argc, char **argv)
{
	if (argc < 3) die("usage: client SOCKET key=value ...");
	socket_path = argv[1];
	for (int i = 2; i < argc; i++) option(argv[i]);
	if (op == OPS) die("no op");
	if (!connections || !depth || depth > MAX_DEPTH) die("connections, depth: out of range");
	if (op == OP_POPULATE) {
		/* One connection writes the leaves of all. */
		count = (unsigned long)leaves * connections;
		connections = 1;
	}
	if (op == OP_REMOVE) count = 1;
	alarm(limit);
	pin(0, cpu);
	run();
	report();
	return 0;
}
