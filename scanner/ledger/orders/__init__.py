"""What people decide: releases, purges, undoing, held plans, suppressions."""
