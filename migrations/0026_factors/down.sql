ALTER TABLE sessions DROP COLUMN remembered;
DROP TABLE login_attempts; DROP TABLE remembered_browsers; DROP TABLE recovery_codes; DROP TABLE factors;
