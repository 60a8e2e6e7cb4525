package policy

// Step is one rule that was looked at on the way to a verdict.
type Step struct {
	Rule Rule
	// Misfit is the field that did not match, as a policy file spells it; empty for the rule that decided, the last step.
	Misfit string
}

// Explain decides like [Policy.Decide] and lists the rules that were looked at. There are none when the call was refused
// before any rule, and none of them decided when no rule matched.
func (p Policy) Explain(f Facts) (Verdict, []Step) {
	f, v, decided := beforeRules(f)
	if decided {
		return v, nil
	}
	var steps []Step
	v = p.walk(f, func(rule *Rule, misfit string) { steps = append(steps, Step{Rule: *rule, Misfit: misfit}) })
	return v, steps
}
