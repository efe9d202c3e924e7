DROP TABLE config_revisions; DROP TABLE flow_traces; DROP TABLE audit_events; DROP TABLE login_throttles;
DROP TABLE one_time_links; DROP TABLE signing_keys; DROP TABLE revoked_tokens; DROP TABLE access_tokens;
DROP TABLE refresh_families; DROP TABLE grants; DROP TABLE authorizations; DROP TABLE consents;
DROP TABLE client_secrets; DROP TABLE clients; DROP TABLE sessions; DROP TABLE passwords;
DROP TABLE login_names; DROP TABLE users; DROP TABLE settings;
