package secrets

import "log/slog"

// ReplaceAttr masks what a logger writes: set it as slog.HandlerOptions.ReplaceAttr (tint has the same option). Attributes with
// a secret name, or in a group with one, are hidden; all other texts, the message and errors among them, go through
// [MaskText], and structured values through [Masker.Mask].
func ReplaceAttr(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.SourceKey) {
		return a // handlers expect their own types here
	}
	v := a.Value.Resolve()
	secret := IsSecretName(a.Key)
	for _, g := range groups {
		secret = secret || IsSecretName(g)
	}
	switch v.Kind() {
	case slog.KindString:
		if secret {
			return slog.String(a.Key, mask(v.String()))
		}
		if s := MaskText(v.String()); s != v.String() {
			return slog.String(a.Key, s)
		}
	case slog.KindInt64, slog.KindUint64, slog.KindFloat64:
		if secret && !isCount(a.Key, v.Any()) {
			return slog.String(a.Key, dots)
		}
	case slog.KindAny:
		if secret {
			hidden, _ := hideAll(v.Any())
			return slog.Any(a.Key, hidden)
		}
		return slog.Any(a.Key, (&Masker{}).Mask(v.Any()))
	}
	return slog.Attr{Key: a.Key, Value: v}
}
