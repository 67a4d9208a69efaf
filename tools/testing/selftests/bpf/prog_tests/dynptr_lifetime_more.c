// SPDX-License-Identifier: GPL-2.0
/* What dynptr_lifetime tests with two programs a rule, in all orders and in all kinds of code. */

#include <test_progs.h>
#include "dynptr_lifetime_buf_frames.skel.h"
#include "dynptr_lifetime_file_order.skel.h"
#include "dynptr_lifetime_packet_frames.skel.h"
#include "dynptr_lifetime_packet_objects.skel.h"
#include "dynptr_lifetime_packet_pruned.skel.h"
#include "dynptr_lifetime_packet_tc.skel.h"
#include "dynptr_lifetime_packet_xdp.skel.h"
#include "dynptr_lifetime_qdisc_args.skel.h"
#include "dynptr_lifetime_qdisc_copies.skel.h"
#include "dynptr_lifetime_qdisc_frames.skel.h"
#include "dynptr_lifetime_qdisc_overwrite.skel.h"
#include "dynptr_lifetime_qdisc_pruned.skel.h"
#include "dynptr_lifetime_qdisc_release.skel.h"
#include "dynptr_lifetime_records_args.skel.h"
#include "dynptr_lifetime_records_clones.skel.h"
#include "dynptr_lifetime_records_frames.skel.h"
#include "dynptr_lifetime_records_pruned.skel.h"
#include "dynptr_lifetime_records_slices.skel.h"
#include "dynptr_lifetime_samples.skel.h"
#include "dynptr_lifetime_value.skel.h"

void test_dynptr_lifetime_buf_frames(void)
{
	RUN_TESTS(dynptr_lifetime_buf_frames);
}

void test_dynptr_lifetime_file_order(void)
{
	RUN_TESTS(dynptr_lifetime_file_order);
}

void test_dynptr_lifetime_packet(void)
{
	RUN_TESTS(dynptr_lifetime_packet_frames);
	RUN_TESTS(dynptr_lifetime_packet_objects);
	RUN_TESTS(dynptr_lifetime_packet_pruned);
	RUN_TESTS(dynptr_lifetime_packet_tc);
	RUN_TESTS(dynptr_lifetime_packet_xdp);
}

void test_dynptr_lifetime_qdisc(void)
{
	RUN_TESTS(dynptr_lifetime_qdisc_args);
	RUN_TESTS(dynptr_lifetime_qdisc_copies);
	RUN_TESTS(dynptr_lifetime_qdisc_frames);
	RUN_TESTS(dynptr_lifetime_qdisc_overwrite);
	RUN_TESTS(dynptr_lifetime_qdisc_pruned);
	RUN_TESTS(dynptr_lifetime_qdisc_release);
}

void test_dynptr_lifetime_records(void)
{
	RUN_TESTS(dynptr_lifetime_records_args);
	RUN_TESTS(dynptr_lifetime_records_clones);
	RUN_TESTS(dynptr_lifetime_records_frames);
	RUN_TESTS(dynptr_lifetime_records_pruned);
	RUN_TESTS(dynptr_lifetime_records_slices);
}

void test_dynptr_lifetime_samples(void)
{
	RUN_TESTS(dynptr_lifetime_samples);
}

void test_dynptr_lifetime_value(void)
{
	RUN_TESTS(dynptr_lifetime_value);
}
