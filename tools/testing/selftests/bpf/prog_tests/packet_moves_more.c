// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "packet_moves_more.skel.h"

void test_packet_moves_more(void)
{
	RUN_TESTS(packet_moves_more);
}
