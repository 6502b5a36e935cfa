/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/link_watch.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <glib.h>

static bool
is_inner(const char *name)
{
    static const char *const prefixes[] = {"docker", "veth", "virbr", "br-",
                                           "tun",    "tap",  "wg",    "dummy"};
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (g_str_has_prefix(name, prefixes[i])) {
            return true;
        }
    }
    return false;
}

bool
link_any_up(const struct ifaddrs *list)
{
    const unsigned wanted = IFF_UP | IFF_RUNNING;
    for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
        bool up = (i->ifa_flags & wanted) == wanted;
        if (up && (i->ifa_flags & IFF_LOOPBACK) == 0 && !is_inner(i->ifa_name)) {
            return true;
        }
    }
    return false;
}

bool
link_watch_up(struct link_watch *w, mono_us now)
{
    struct ifaddrs *list = NULL;
    if (w->next != 0 && now < w->next) {
        return w->up;
    }
    w->next = now + US_PER_S;
    w->up = getifaddrs(&list) != 0 || link_any_up(list);
    freeifaddrs(list);
    return w->up;
}

static bool
same_address(const struct sockaddr *a, int family, const void *address)
{
    if (a == NULL || a->sa_family != family) {
        return false;
    }
    if (family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)a;
        return memcmp(&v4->sin_addr, address, sizeof(v4->sin_addr)) == 0;
    }
    const struct sockaddr_in6 *v6 = (const void *)a;
    return memcmp(&v6->sin6_addr, address, sizeof(v6->sin6_addr)) == 0;
}

static bool
is_own(int family, const void *address)
{
    struct ifaddrs *list = NULL;
    bool own = false;
    if (getifaddrs(&list) != 0) {
        return false;
    }
    for (const struct ifaddrs *i = list; i != NULL && !own; i = i->ifa_next) {
        own = same_address(i->ifa_addr, family, address);
    }
    freeifaddrs(list);
    return own;
}

bool
link_is_local(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1) {
        return ntohl(v4.s_addr) >> 24 == 127 || is_own(AF_INET, &v4);
    }
    if (inet_pton(AF_INET6, host, &v6) == 1) {
        return IN6_IS_ADDR_LOOPBACK(&v6) || is_own(AF_INET6, &v6);
    }
    return *host == '\0' || g_ascii_strcasecmp(host, "localhost") == 0 ||
           g_ascii_strcasecmp(host, "ip6-localhost") == 0;
}
