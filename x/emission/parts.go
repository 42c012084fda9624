package emission

// Names of the parts of the supply that are not a module account.
const (
	PartPending   = "emission_pending"
	PartUndivided = "emission_undivided"
	PartAccounts  = "accounts"
)

// PartModules are the module accounts that the parts of the supply name; coins of any other account count as
// "accounts".
func PartModules() []string {
	return []string{"stake", "unbonding", "subnet_lock", BurntName, "fee_collector"}
}
