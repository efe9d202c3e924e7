ALTER TABLE client_registrations DROP COLUMN withheld;
