# What may be asked for, and what is refused before anything is made.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # any file will do, nothing is uploaded
  package = { path = "versions.tf" }
}

run "nothing_has_to_be_given_but_the_zip" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.function_name == "s3-guardrail"
    error_message = "the function has another name than the default"
  }
}

run "what_cannot_be_meant_is_refused" {
  command = plan

  variables {
    name                     = "S3_Guardrail"
    mode                     = "on"
    guardrail_file           = "nowhere.toml"
    package                  = { key = "function.zip", sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
    architecture             = "riscv"
    code_signing_config_arn  = "csc-1"
    max_concurrency          = 1
    sweep_hours              = 24
    subscribers              = { page_emails = ["oncall"] }
    members                  = {}
    permissions_boundary_arn = "boundary"
    log_retention_days       = 100
  }

  expect_failures = [
    var.name,
    var.mode,
    var.guardrail_file,
    var.package,
    var.architecture,
    var.code_signing_config_arn,
    var.max_concurrency,
    var.sweep_hours,
    var.subscribers,
    var.members,
    var.permissions_boundary_arn,
    var.log_retention_days,
  ]
}

run "long_names_two_zips_halves_and_whole_worlds_are_refused" {
  command = plan

  variables {
    name            = "a-name-of-more-than-thirty-one-characters"
    package         = { path = "versions.tf", bucket = "b", key = "k", sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
    max_concurrency = 2.5
    sweep_hours     = 0
    subscribers     = { chat_urls = ["http://example.com"] }
    members         = { organization_id = "*" }
  }

  expect_failures = [var.name, var.package, var.max_concurrency, var.sweep_hours, var.subscribers, var.members]
}

run "a_zip_in_s3_without_its_sum_and_an_account_that_is_none_are_refused" {
  command = plan

  variables {
    package = { bucket = "b", key = "k" }
    members = { accounts = ["*"] }
  }

  expect_failures = [var.package, var.members]
}

run "a_sum_in_hexadecimal_and_a_role_with_a_path_are_refused" {
  command = plan

  variables {
    package = { path = "versions.tf", sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
    members = { accounts = ["444455556666"], role_name = "a/*" }
  }

  expect_failures = [var.package, var.members]
}

run "a_zip_of_another_sum_is_refused" {
  command = plan
  variables {
    package = { path = "versions.tf", sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }
  expect_failures = [aws_lambda_function.this]
}

run "a_zip_that_is_not_there_is_refused" {
  command = plan
  variables { package = { path = "nowhere.zip" } }
  expect_failures = [aws_lambda_function.this]
}

run "a_zip_in_s3_is_taken_with_its_sum" {
  command = plan
  variables {
    package = { bucket = "b", key = "k", object_version = "v", sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }

  assert {
    condition = (
      aws_lambda_function.this.s3_bucket == "b" && aws_lambda_function.this.s3_key == "k" &&
      aws_lambda_function.this.s3_object_version == "v" && aws_lambda_function.this.filename == null &&
      aws_lambda_function.this.source_code_hash == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    )
    error_message = "the function is not that of the object"
  }
}

run "without_a_file_nothing_is_enforced" {
  command = plan
  variables { mode = "enforce" }
  expect_failures = [aws_lambda_function.this]
}

run "a_file_of_another_mode_is_refused" {
  command = plan
  variables {
    mode           = "enforce"
    guardrail_file = "tests/fixtures/observe.toml"
  }
  expect_failures = [aws_lambda_function.this]
}

run "a_layer_of_another_file_is_refused" {
  command = plan
  variables {
    mode           = "enforce"
    guardrail_file = "tests/fixtures/stale.toml"
  }
  expect_failures = [aws_lambda_layer_version.guardrail]
}

run "a_file_and_its_layer_are_taken" {
  command = plan
  variables {
    mode           = "enforce"
    guardrail_file = "tests/fixtures/enforce.toml"
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables["GUARDRAIL_FILE"] == "/opt/guardrail.toml"
    error_message = "the function does not look for the layer's file"
  }

  assert {
    condition     = aws_lambda_layer_version.guardrail[0].filename == "tests/fixtures/enforce.toml.zip"
    error_message = "the layer is another zip"
  }
}
