DROP TABLE failed_accounts;
DROP TABLE paces;
