package subnet_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/subnet"
)

// R-SUBNET-2, with the published figures of the curve.
func TestLockPriceDoublesAndFalls(t *testing.T) {
	p := subnet.DefaultParams()
	p.MinLockRao = 1000 * subnet.Tao
	last := subnet.LockState{LastLockRao: 2000 * subnet.Tao, LastLockHeight: 7}
	for _, c := range []struct {
		name    string
		elapsed int64
		want    uint64
	}{
		{"at once", 0, 4_000_000_000_000},
		{"half an interval", 50_400, 3_000_000_042_400},
		{"one interval", 100_800, 2_000_000_084_800},
		{"one and a half", 151_200, 1_000_000_127_200},
		{"two intervals", 201_600, 1_000_000_000_000},
		{"for ever", 1 << 62, 1_000_000_000_000},
		{"a height before the lock", -5, 4_000_000_000_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, subnet.LockPrice(last, p, last.LastLockHeight+c.elapsed))
		})
	}
	require.Equal(t, p.MinLockRao, subnet.LockPrice(subnet.LockState{}, p, 1), "before the first creation")
}

// R-SUBNET-2: the price never rises by waiting and never passes its bounds.
func TestLockPriceOnlyFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := subnet.DefaultParams()
		p.LockInterval = rapid.Int64Range(1, 1<<40).Draw(t, "interval")
		s := subnet.LockState{LastLockRao: rapid.Uint64Range(0, subnet.MaxRao).Draw(t, "last"), LastLockHeight: 1}
		at := rapid.Int64Range(1, 1<<40).Draw(t, "height")
		now, later := subnet.LockPrice(s, p, at), subnet.LockPrice(s, p, at+rapid.Int64Range(0, 1<<40).Draw(t, "wait"))
		require.LessOrEqual(t, later, now)
		require.GreaterOrEqual(t, later, p.MinLockRao)
		require.LessOrEqual(t, now, max(2*s.LastLockRao, p.MinLockRao))
	})
}

// R-SUBNET-3
func TestAllowedAt(t *testing.T) {
	p := subnet.DefaultParams()
	require.Zero(t, subnet.AllowedAt(subnet.LockState{}, p))
	require.Equal(t, int64(7210), subnet.AllowedAt(subnet.LockState{LastLockRao: 1, LastLockHeight: 10}, p))
}

// R-SUBNET-9
func TestRefundIsTheLockLessRent(t *testing.T) {
	p := subnet.DefaultParams() // 1 % for each 216,000 blocks
	for _, c := range []struct {
		name       string
		lock       uint64
		age        int64
		wantRefund uint64
	}{
		{"in the block of creation", 100 * subnet.Tao, 0, 100 * subnet.Tao},
		{"one block costs a 21.6 millionth of one percent", 100 * subnet.Tao, 1, 99_999_995_371},
		{"one rent period", 100 * subnet.Tao, 216_000, 99 * subnet.Tao},
		{"ten periods", 100 * subnet.Tao, 2_160_000, 90 * subnet.Tao},
		{"a hundred periods", 100 * subnet.Tao, 21_600_000, 0},
		{"older than the lock lasts", 100 * subnet.Tao, 1 << 60, 0},
		{"the largest lock, one period", subnet.MaxRao, 216_000, subnet.MaxRao / 100 * 99},
		{"no lock", 0, 216_000, 0},
		{"before its own time", 5, -3, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			refund, rent := subnet.Refund(c.lock, c.age, p)
			require.Equal(t, c.wantRefund, refund)
			require.Equal(t, c.lock, refund+rent)
		})
	}
}

// R-SUBNET-9: exact for any numbers, compared with big integers.
func TestRefundIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := subnet.DefaultParams()
		p.RentPpm = rapid.Uint32Range(0, 1_000_000).Draw(t, "ppm")
		p.RentBlocks = rapid.Int64Range(1, 1<<40).Draw(t, "blocks")
		lock := rapid.Uint64Range(0, subnet.MaxRao).Draw(t, "lock")
		age := rapid.Int64Range(0, 1<<40).Draw(t, "age")
		want := new(big.Int).Mul(big.NewInt(int64(lock)), big.NewInt(int64(p.RentPpm)))
		want.Mul(want, big.NewInt(age))
		want.Quo(want, new(big.Int).Mul(big.NewInt(1_000_000), big.NewInt(p.RentBlocks)))
		if want.Cmp(big.NewInt(int64(lock))) > 0 {
			want.SetUint64(lock)
		}
		refund, rent := subnet.Refund(lock, age, p)
		require.Equal(t, want.Uint64(), rent)
		require.Equal(t, lock, refund+rent)
	})
}
