/*
 * Lets the stock store daemons of Xen 4.17 (the C xenstored and oxenstored) run where there is no
 * Xen: preloaded, it stands in for the few library calls they make to the hypervisor.
 *
 * All of it happens in the directory $XEN_SHIM_DIR:
 *   dom.<domid>    a domain exists while this file does; "dying", "shutdown" or "crashed" in it
 *   guest.<domid>  UNIX stream socket, there while the daemon serves the domain's ring: who connects
 *                  is the domain, for the bytes are carried to and from its ring page
 *   virq           UNIX stream socket: a connection raises VIRQ_DOM_EXC and is closed when that is done
 *   xsd_kva, xsd_port   what is in /proc/xen otherwise
 * Descriptor 3 is told when the daemon listens; when its other end is closed, the daemon ends.
 *
 * Xen's headers are not needed: handles are opaque, and of two structs only the first words matter.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READY_FD = 3, VIRQ_PORT = 1, FIRST_PORT = 100, PAGE = 4096, RING = 1024, GUESTS_MAX = 64 };

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void fatal(const char *what)
{
	perror(what);
	_exit(70);
}

static const char *in_dir(char *path, size_t size, const char *format, ...)
{
	const char *dir = getenv("XEN_SHIM_DIR");
	int length = snprintf(path, size, "%s/", dir ? dir : ".");
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(path + length, size - length, format, arguments);
	va_end(arguments);
	return path;
}

/* ------------------------------------------------------------------ guests and their ring pages */

/* struct xenstore_domain_interface (xen/io/xs_wire.h), as far as the daemons of 4.17 use it. */
struct ring {
	char req[RING], rsp[RING];
	uint32_t req_cons, req_prod, rsp_cons, rsp_prod;
};

struct guest {
	uint32_t domid;
	struct ring *ring;
	int listener, client;	/* -1 when there is none */
};

/* Slots are never given back: a daemon lives for one test. */
static struct guest guests[GUESTS_MAX];
static int guest_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int wake_fd, virq_fd, pending[2];

static struct guest *guest_of(uint32_t domid)
{
	for (int i = 0; i < guest_count; i++)
		if (guests[i].domid == domid)
			return &guests[i];
	if (guest_count == GUESTS_MAX)
		fatal("xen-shim: too many domains");
	guests[guest_count] = (struct guest){ .domid = domid, .listener = -1, .client = -1 };
	return &guests[guest_count++];
}

static void wake_bridge(void)
{
	if (eventfd_write(wake_fd, 1))
		fatal("xen-shim: wake");
}

static void raise_port(uint32_t port)
{
	if (write(pending[1], &port, sizeof port) != sizeof port)
		fatal("xen-shim: raise port");
}

static int listen_on(const char *format, uint32_t domid)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	in_dir(address.sun_path, sizeof address.sun_path, format, domid);
	REAL(unlink)(address.sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || REAL(bind)(fd, (void *)&address, sizeof address) || REAL(listen)(fd, 8))
		fatal("xen-shim: listen");
	return fd;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The index that is ours is the only one written; each in one piece, after what it tells of. */
#define LOAD(index) __atomic_load_n(&(index), __ATOMIC_ACQUIRE)
#define STORE(index, value) __atomic_store_n(&(index), value, __ATOMIC_RELEASE)

static uint32_t room_for_requests(struct ring *ring)
{
	uint32_t used = LOAD(ring->req_prod) - LOAD(ring->req_cons);
	return used <= RING ? RING - used : 0;
}

static uint32_t waiting_replies(struct ring *ring)
{
	uint32_t used = LOAD(ring->rsp_prod) - LOAD(ring->rsp_cons);
	return used <= RING ? used : 0;
}

static void carry(struct guest *guest)
{
	struct ring *ring = guest->ring;
	char bytes[RING];
	if (guest->client < 0)
		guest->client = accept4(guest->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (guest->client < 0)
		return;
	uint32_t room = room_for_requests(ring), prod = LOAD(ring->req_prod);
	ssize_t count = room ? recv(guest->client, bytes, room, 0) : -1;
	for (ssize_t i = 0; i < count; i++)
		ring->req[(prod + i) % RING] = bytes[i];
	if (count > 0) {
		STORE(ring->req_prod, prod + count);
		raise_port(FIRST_PORT + guest->domid);
	}
	if (count == 0) {
		close_fd(&guest->client);
		return;
	}
	uint32_t waiting = waiting_replies(ring), cons = LOAD(ring->rsp_cons);
	for (uint32_t i = 0; i < waiting; i++)
		bytes[i] = ring->rsp[(cons + i) % RING];
	count = waiting ? send(guest->client, bytes, waiting, MSG_NOSIGNAL) : -1;
	if (count > 0) {
		STORE(ring->rsp_cons, cons + count);
		raise_port(FIRST_PORT + guest->domid);
	}
}

static void raise_virq(void)
{
	int fd = accept(virq_fd, NULL, NULL);
	if (fd < 0)
		return;
	raise_port(VIRQ_PORT);
	close(fd);
}

/* Looks after everything whenever anything happened: there is never much. */
static void *bridge(void *unused)
{
	struct pollfd watched[3 + GUESTS_MAX];
	(void)unused;
	for (;;) {
		int count = 3;
		watched[0] = (struct pollfd){ .fd = wake_fd, .events = POLLIN };
		watched[1] = (struct pollfd){ .fd = virq_fd, .events = POLLIN };
		watched[2] = (struct pollfd){ .fd = READY_FD };
		pthread_mutex_lock(&lock);
		raise_virq();
		for (int i = 0; i < guest_count; i++) {
			struct guest *guest = &guests[i];
			struct pollfd *poll = &watched[count];
			if (guest->listener < 0)
				continue;
			carry(guest);
			*poll = (struct pollfd){ .fd = guest->listener, .events = POLLIN };
			if (guest->client >= 0)
				*poll = (struct pollfd){
					.fd = guest->client,
					.events = (room_for_requests(guest->ring) ? POLLIN : 0) |
						  (waiting_replies(guest->ring) ? POLLOUT : 0),
				};
			count++;
		}
		pthread_mutex_unlock(&lock);
		if (poll(watched, count, -1) < 0 && errno != EINTR)
			fatal("xen-shim: poll");
		if (watched[2].revents & (POLLERR | POLLHUP))
			_exit(0);
		eventfd_t ignored;
		if (watched[0].revents & POLLIN)
			eventfd_read(wake_fd, &ignored);
	}
	return NULL;
}

/* ------------------------------------------------------------------------ libxenevtchn */

void *xenevtchn_open(void *logger, unsigned flags)
{
	pthread_t thread;
	(void)logger, (void)flags;
	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	virq_fd = listen_on("virq", 0);
	if (wake_fd < 0 || pipe2(pending, O_CLOEXEC | O_NONBLOCK) || pthread_create(&thread, NULL, bridge, NULL))
		fatal("xen-shim: start");
	return pending;
}
int xenevtchn_close(void *handle) { (void)handle; return 0; }
int xenevtchn_fd(void *handle) { (void)handle; return pending[0]; }
int xenevtchn_bind_virq(void *handle, unsigned virq) { (void)handle, (void)virq; return VIRQ_PORT; }
int xenevtchn_unmask(void *handle, uint32_t port) { (void)handle, (void)port; return 0; }
int xenevtchn_notify(void *handle, uint32_t port) { (void)handle, (void)port; wake_bridge(); return 0; }

int xenevtchn_pending(void *handle)
{
	uint32_t port;
	(void)handle;
	return read(pending[0], &port, sizeof port) == sizeof port ? (int)port : -1;
}

int xenevtchn_bind_interdomain(void *handle, uint32_t domid, uint32_t remote_port)
{
	(void)handle, (void)remote_port;
	if (domid != 0) {
		pthread_mutex_lock(&lock);
		struct guest *guest = guest_of(domid);
		if (guest->listener < 0)
			guest->listener = listen_on("guest.%u", domid);
		pthread_mutex_unlock(&lock);
		wake_bridge();
	}
	return FIRST_PORT + domid;
}

/* Whoever speaks as the domain hears that it is not served any more, even while the bridge polls. */
int xenevtchn_unbind(void *handle, uint32_t port)
{
	char path[256];
	(void)handle;
	if (port > FIRST_PORT) {
		pthread_mutex_lock(&lock);
		struct guest *guest = guest_of(port - FIRST_PORT);
		shutdown(guest->client, SHUT_RDWR);
		close_fd(&guest->client);
		close_fd(&guest->listener);
		REAL(unlink)(in_dir(path, sizeof path, "guest.%u", guest->domid));
		pthread_mutex_unlock(&lock);
	}
	return 0;
}

/* ------------------------------------------------------------------ libxenctrl, libxengnttab */

enum { ABSENT, RUNNING, DYING, SHUTDOWN, CRASHED };

static int domain_state(uint32_t domid)
{
	char path[256], word[16] = "";
	if (domid == 0)
		return RUNNING;
	int fd = REAL(open)(in_dir(path, sizeof path, "dom.%u", domid), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ABSENT;
	ssize_t count = read(fd, word, sizeof word - 1);
	close(fd);
	if (count < 0)
		fatal("xen-shim: read domain");
	return !strcmp(word, "dying") ? DYING
	     : !strcmp(word, "shutdown") ? SHUTDOWN
	     : !strcmp(word, "crashed") ? CRASHED : RUNNING;
}

/* Two mappings of one page: the daemon's, which it may unmap, and ours. */
static void *map_ring(uint32_t domid)
{
	if (domain_state(domid) == ABSENT) {
		errno = ESRCH;
		return NULL;
	}
	int fd = memfd_create("ring", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, PAGE))
		fatal("xen-shim: ring page");
	void *theirs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	void *ours = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (theirs == MAP_FAILED || ours == MAP_FAILED)
		fatal("xen-shim: map ring page");
	pthread_mutex_lock(&lock);
	struct guest *guest = guest_of(domid);
	if (guest->ring)
		munmap(guest->ring, PAGE);
	guest->ring = ours;
	pthread_mutex_unlock(&lock);
	return theirs;
}

/* xc_dominfo_t and xc_domaininfo_t (xenctrl.h, xen/domctl.h); the daemons read no further. */
struct dominfo { uint32_t domid, ssidref; unsigned dying:1, crashed:1, shutdown:1; };
struct domaininfo { uint16_t domid, pad; uint32_t flags; };
enum { FLAG_DYING = 1, FLAG_SHUTDOWN = 4, FLAG_RUNNING = 32 };

void *xc_interface_open(void *logger, void *dombuild, unsigned flags)
{
	(void)logger, (void)dombuild, (void)flags;
	return calloc(1, 16);
}
int xc_interface_close(void *xch) { free(xch); return 0; }

int xc_domain_getinfo(void *xch, uint32_t domid, unsigned max, struct dominfo *info)
{
	int state = domain_state(domid);
	(void)xch, (void)max;
	if (state == ABSENT)
		return 0;
	*info = (struct dominfo){
		.domid = domid,
		.dying = state == DYING,
		.crashed = state == CRASHED,
		.shutdown = state == SHUTDOWN || state == CRASHED,
	};
	return 1;
}

int xc_domain_getinfolist(void *xch, uint32_t domid, unsigned max, struct domaininfo *info)
{
	int state = domain_state(domid);
	(void)xch, (void)max;
	if (state == ABSENT)
		return 0;
	*info = (struct domaininfo){
		.domid = domid,
		.flags = state == DYING ? FLAG_DYING : state == RUNNING ? FLAG_RUNNING : FLAG_SHUTDOWN,
	};
	return 1;
}

void *xc_map_foreign_range(void *xch, uint32_t domid, int size, int prot, unsigned long mfn)
{
	(void)xch, (void)size, (void)prot, (void)mfn;
	return map_ring(domid);
}

void *xengnttab_open(void *logger, unsigned flags) { (void)logger, (void)flags; return calloc(1, 16); }
int xengnttab_close(void *handle) { free(handle); return 0; }
int xengnttab_set_max_grants(void *handle, uint32_t count) { (void)handle, (void)count; return 0; }
void *xengnttab_map_grant_ref(void *handle, uint32_t domid, uint32_t ref, int prot)
{
	(void)handle, (void)ref, (void)prot;
	return map_ring(domid);
}
int xengnttab_unmap(void *handle, void *address, uint32_t count)
{
	(void)handle;
	return munmap(address, (size_t)count * PAGE);
}

/* ------------------------------------------------------------------------------- libc */

/* Paths that are compiled into the daemons lie in our directory. */
static const char *moved(const char *path, char *buffer, size_t size)
{
	static const char *const elsewhere[] = { "/proc/xen/", "/var/run/xenstored/", "/run/xenstored/" };
	for (size_t i = 0; path && i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (!strncmp(path, elsewhere[i], strlen(elsewhere[i])))
			return in_dir(buffer, size, "%s", path + strlen(elsewhere[i]));
	return path;
}

#define OPEN(name)                                                              \
	int name(const char *path, int flags, ...)                              \
	{                                                                       \
		char buffer[256];                                               \
		mode_t mode = 0;                                                \
		if (flags & (O_CREAT | O_TMPFILE)) {                            \
			va_list arguments;                                      \
			va_start(arguments, flags);                             \
			mode = va_arg(arguments, mode_t);                       \
			va_end(arguments);                                      \
		}                                                               \
		return REAL(name)(moved(path, buffer, sizeof buffer), flags, mode); \
	}
OPEN(open)
OPEN(open64)

int unlink(const char *path)
{
	char buffer[256];
	return REAL(unlink)(moved(path, buffer, sizeof buffer));
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	const struct sockaddr_un *given = (const void *)address;
	struct sockaddr_un elsewhere = { .sun_family = AF_UNIX };
	if (address->sa_family != AF_UNIX ||
	    moved(given->sun_path, elsewhere.sun_path, sizeof elsewhere.sun_path) == given->sun_path)
		return REAL(bind)(fd, address, length);
	return REAL(bind)(fd, (void *)&elsewhere, sizeof elsewhere);
}

int listen(int fd, int backlog)
{
	int result = REAL(listen)(fd, backlog);
	if (result == 0 && write(READY_FD, "", 1) != 1)
		fatal("xen-shim: nobody waits for this daemon");
	return result;
}

/* oxenstored insists on more descriptors than a container may have. */
int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	int result = REAL(setrlimit)(resource, limit);
	return resource == RLIMIT_NOFILE ? 0 : result;
}
