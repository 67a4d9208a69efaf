/* SPDX-License-Identifier: GPL-2.0 */
/* What the runners of kptr_dtor_nmi_* share besides the series' own header: what
 * has become of the objects of bpf_test_nmi.ko, and maps by their type.
 */
#ifndef _PROG_TESTS_KPTR_DTOR_NMI_MORE_H
#define _PROG_TESTS_KPTR_DTOR_NMI_MORE_H

#include "kptr_dtor_nmi.h"

/* What has become of the objects of bpf_test_nmi.ko since the state before */
static inline struct bpf_test_nmi_stats stats_since(const struct bpf_test_nmi_stats *before)
{
	struct bpf_test_nmi_stats s;

	run(nmi->progs.read_stats);
	s = nmi->bss->stats;
	s.nmis -= before->nmis;
	s.created -= before->created;
	s.released -= before->released;
	s.destroyed -= before->destroyed;
	s.in_nmi -= before->in_nmi;
	s.in_hardirq -= before->in_hardirq;
	return s;
}

static inline struct bpf_test_nmi_stats stats(void)
{
	const struct bpf_test_nmi_stats zero = {};

	return stats_since(&zero);
}

static inline bool check_context(const struct bpf_test_nmi_stats *before)
{
	struct bpf_test_nmi_stats s = stats_since(before);
	bool ok = ASSERT_EQ(s.in_nmi, 0, "destroyed in NMI");

	return ASSERT_EQ(s.in_hardirq, 0, "destroyed in hard irq") && ok;
}

/* n objects have been destroyed, or soon are, all of them in process context */
static inline bool check_destroyed(const struct bpf_test_nmi_stats *before, __u64 n)
{
	bool ok;

	WAIT_FOR(stats_since(before).destroyed >= n);
	ok = ASSERT_EQ(stats_since(before).destroyed, n, "destroyed");
	return check_context(before) && ok;
}

/* No object is left, or soon none is */
static inline bool check_gone(const struct bpf_test_nmi_stats *before)
{
	struct bpf_test_nmi_stats s;
	bool ok;

	WAIT_FOR((s = stats_since(before), s.created == s.released + s.destroyed));
	ok = ASSERT_EQ(s.released + s.destroyed, s.created, "released and destroyed");
	return check_context(before) && ok;
}

static inline struct bpf_program *prog_of(struct bpf_object *obj, const char *type,
					  const char *suffix)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", type, suffix);
	return bpf_object__find_program_by_name(obj, name);
}

static inline bool is_array(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static inline bool is_percpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static inline __u64 from_env(const char *name, __u64 otherwise)
{
	const char *s = getenv(name);

	return s ? strtoull(s, NULL, 10) : otherwise;
}

static inline bool set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY), len = strlen(value), ret;

	ret = write(fd, value, len);
	close(fd);
	return ret == len;
}

#endif
