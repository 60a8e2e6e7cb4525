package platformsh

// defaultSettings are the settings of a project; only three of them can be changed.
func defaultSettings() Doc {
	retention := func(manual int) Doc {
		return Doc{"max_backups": 20, "default_config": Doc{"manual_count": manual, "schedule": []any{Doc{"interval": "1d", "count": 2}}}}
	}
	return Doc{
		"initialize": Doc{}, "product_name": "Platform.sh", "product_code": "platformsh", "ui_uri_template": "https://console.example.com/projects/%(project)s",
		"variables_prefix": "PLATFORM_", "bot_email": "bot@example.com", "application_config_file": appConfig, "project_config_dir": ".platform",
		"use_drupal_defaults": false, "use_legacy_subdomains": false, "development_service_size": "S", "development_application_size": "S",
		"enable_certificate_provisioning": true, "certificate_style": "ecdsa", "certificate_renewal_activity": true, "development_domain_template": nil,
		"enable_state_api_deployments": true, "temporary_disk_size": nil, "local_disk_size": nil, "cron_minimum_interval": 5, "cron_maximum_jitter": 20,
		"cron_production_expiry_interval": 24, "cron_non_production_expiry_interval": 24, "concurrency_limits": Doc{"internal": nil, "integration": 4, "backup": 2, "cron": 10, "default": 2},
		"flexible_build_cache": false, "strict_configuration": true, "has_sleepy_crons": true, "crons_in_git": false, "custom_error_template": nil, "app_error_page_template": nil,
		"environment_name_strategy": "name-and-hash", "data_retention": Doc{"production": retention(6), "staging": retention(4), "development": retention(3)},
		"enable_codesource_integration_push": true, "enforce_mfa": false, "systemd": true, "router_gen2": true, "build_resources": Doc{"cpu": 1.0, "memory": 1024},
		"outbound_restrictions_default_policy": "allow", "self_upgrade": false, "additional_hosts": Doc{}, "max_allowed_routes": 50000, "max_allowed_redirects_paths": 50000,
		"enable_incremental_backups": true, "sizing_api_enabled": false, "enable_cache_grace_period": true, "enable_zero_downtime_deployments": true, "enable_admin_agent": true,
		"certifier_url": "https://certifier.example.com", "centralized_permissions": true, "glue_server_max_request_size": 10, "persistent_endpoints_ssh": false,
		"persistent_endpoints_ssl_certificates": false, "enable_disk_health_monitoring": true, "enable_paused_environments": true, "enable_unified_configuration": false,
		"enable_routes_tracing": false, "image_deployment_validation": true, "support_generic_images": false, "enable_github_app_token_exchange": false,
		"continuous_profiling": Doc{"supported_runtimes": []any{"php", "python", "go", "nodejs"}}, "disable_agent_error_reporter": false, "requires_domain_ownership": false,
		"enable_guaranteed_resources": false, "git_server": Doc{"push_size_hard_limit": 256}, "activity_logs_max_size": 1048576,
		"allow_manual_deployments": true, "allow_rolling_deployments": true, "allow_burst": false,
		"router_resources": Doc{"baseline_cpu": 0.1, "baseline_memory": 64, "max_cpu": 1.0, "max_memory": 512},
	}
}

// manualBackups is how many manual backups an environment of a type keeps.
func (p *project) manualBackups(kind string) int {
	retention, _ := p.settings["data_retention"].(Doc)
	forKind, _ := retention[kind].(Doc)
	config, _ := forKind["default_config"].(Doc)
	switch n := config["manual_count"].(type) {
	case int:
		return n
	case float64: // set through the API
		return int(n)
	}
	return 1
}

func (s *Server) settingsView(p *project) Doc {
	out := clone(p.settings)
	href := "/api/projects/" + p.id + "/settings"
	out["_links"] = links("self", href, "#edit", href)
	return out
}

func (s *Server) getSettings(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	return OK(s.settingsView(p))
}

func (s *Server) patchSettings(r *Request) (Response, error) {
	p, err := s.project(r)
	if err != nil {
		return Response{}, err
	}
	body, err := r.Object(Opt("initialize", Object), Null("data_retention", Object), Opt("build_resources", Object).With(Opt("cpu", Number), Opt("memory", Integer)))
	if err != nil {
		return Response{}, err
	}
	if retention, ok := body["data_retention"].(Doc); ok {
		for kind, v := range retention {
			config, ok := v.(Doc)
			if !ok || config["default_config"] == nil {
				return Response{}, InvalidField("data_retention."+kind+".default_config", "This field is required.")
			}
		}
	}
	merge(p.settings, body)
	acts := s.start(r, p, work{kind: "project.settings.update", text: "changed the settings of the project", log: []string{"Updating the settings"}})
	return s.accepted(r, s.settingsView(p), acts)
}
