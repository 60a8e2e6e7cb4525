package preview_test

import "testing"

func TestPlatformshRig(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		target, reader := r.look("platformsh_environment_deactivate", map[string]any{"project_id": "abc123shop", "environment_id": "staging"})
		for _, l := range lines(target) {
			t.Log(l)
		}
		t.Log(reader.reads())
	})
}
