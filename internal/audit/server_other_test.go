//go:build !linux

package audit_test

func prepareServer() {}
